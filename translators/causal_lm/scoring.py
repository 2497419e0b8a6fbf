"""Log-probabilities of the tokens of given texts, in forward passes that fit in memory."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt

from spanferry.translators.causal_lm.memory import halving
from spanferry.translators.causal_lm.model import LanguageModel
from spanferry.translators.causal_lm.tree import Text, one_row, rows

Floats = npt.NDArray[np.float32]
#: Log-probabilities of the tokens of a text that count, in order.
Scored = tuple[int, Floats]
#: Predictions that are normalised at a time, in float32.
_SLICE = 64


def token_scores(model: LanguageModel, texts: Sequence[Text]) -> dict[int, Floats]:
    """Log-probabilities (nats) of the tokens of each text that count, by the text's number.

    Texts that the model's window holds are scored as trees where the model takes these, longer
    ones in padded batches. A pass for which memory runs out is halved, and so are later ones.

    Raises:
        RetryableError: there is no memory for one text.
    """
    short = [text for text in texts if model.trees and len(text.tokens) <= model.window]
    taken = {text.number for text in short}
    long = [text for text in texts if text.number not in taken]
    found: dict[int, Floats] = {}
    for row in rows(short, model.batch_tokens, model.most_predictions):
        found.update(halving(model, row.texts, partial(score_row, model), _size))
    for batch in batches(long, model.batch_tokens, model.most_predictions):
        found.update(halving(model, batch, partial(score_batch, model), _size))
    return found


def means(found: dict[int, Floats], count: int) -> list[float]:
    """The mean of each text's tokens by number; -inf for those that are not there."""
    return [
        float(found[number].mean(dtype=np.float64)) if number in found else -math.inf
        for number in range(count)
    ]


def score_row(model: LanguageModel, texts: Sequence[Text]) -> list[Scored]:
    """Texts in one row of a tree; one forward pass."""
    import torch

    row = one_row(texts)
    device, dtype = model.device, model.model.dtype
    asked = sorted(row.asked)
    place = {node: number for number, node in enumerate(asked)}
    of_texts = list(zip(row.texts, row.paths, strict=True))
    edges = sorted({node for text, path in of_texts for node in path[text.start :]})
    with torch.inference_mode():
        seen = torch.from_numpy(row.mask()).to(device)
        mask = torch.zeros(seen.shape, dtype=dtype, device=device)
        mask.masked_fill_(~seen, torch.finfo(dtype).min)
        logits = model.model(
            input_ids=torch.tensor([row.tokens], device=device),
            attention_mask=mask[None, None],
            position_ids=torch.tensor([row.depths], device=device),
            use_cache=False,
            logits_to_keep=torch.tensor(asked, device=device),
        ).logits[0]
        values = gather(
            logits,
            [place[row.parents[node]] for node in edges],
            [row.tokens[node] for node in edges],
        )
    by_node = dict(zip(edges, values.tolist(), strict=True))
    return [
        (text.number, np.array([by_node[node] for node in path[text.start :]], dtype=np.float32))
        for text, path in of_texts
    ]


def score_batch(model: LanguageModel, texts: Sequence[Text]) -> list[Scored]:
    """Texts one below the other, padded on the right, which no token of a text can see."""
    import torch

    width = max(len(text.tokens) for text in texts)
    first = min(text.start for text in texts) - 1
    tokens = torch.zeros((len(texts), width), dtype=torch.int64)
    for number, text in enumerate(texts):
        tokens[number, : len(text.tokens)] = torch.tensor(text.tokens)
    lengths = torch.tensor([len(text.tokens) for text in texts])
    with torch.inference_mode():
        logits = model.model(
            input_ids=tokens.to(model.device),
            attention_mask=(torch.arange(width)[None] < lengths[:, None]).to(model.device).long(),
            use_cache=False,
            logits_to_keep=width - first,
        ).logits
        return [
            (
                text.number,
                gather(
                    logits[number],
                    range(text.start - 1 - first, len(text.tokens) - 1 - first),
                    text.tokens[text.start :],
                ),
            )
            for number, text in enumerate(texts)
        ]


def gather(logits: Any, places: Sequence[int], tokens: Sequence[int]) -> Floats:
    """Log-probability of each token at a place, in float32, a slice at a time.

    Args:
        logits: [places, vocabulary].
    """
    import torch

    sums = torch.cat([part.float().logsumexp(-1) for part in logits.split(_SLICE)])
    where = torch.tensor(list(places), device=logits.device)
    which = torch.tensor(list(tokens), device=logits.device)
    found: Floats = (logits[where, which].float() - sums[where]).cpu().numpy()
    return found


def batches(texts: Sequence[Text], most_tokens: int, most_predictions: int) -> Iterator[list[Text]]:
    """Texts of about the same length together, within both limits (but for one alone)."""
    batch: list[Text] = []
    width = start = 0
    for text in sorted(texts, key=lambda text: (-len(text.tokens), text.start, text.number)):
        wider, sooner = max(width, len(text.tokens)), min(start or text.start, text.start)
        count = len(batch) + 1
        full = count * wider > most_tokens or count * (wider - sooner) > most_predictions
        if batch and full:
            yield batch
            batch, wider, sooner = [], len(text.tokens), text.start
        batch.append(text)
        width, start = wider, sooner
    if batch:
        yield batch


def _size(text: Text) -> int:
    return len(text.tokens)
