"""Whether a model is a decoder, and whether it takes trees: tried on a few tokens, once."""

from __future__ import annotations

import logging
from typing import Literal

import numpy as np

from spanferry.data.errors import ConfigError
from spanferry.translators.causal_lm.model import LanguageModel
from spanferry.translators.causal_lm.scoring import score_batch, score_row
from spanferry.translators.causal_lm.tree import Text

KEY = "translate.model"
#: Nats by which a token's score may differ between two ways that are the same but for rounding.
#: A logit of 20 has steps of 0.125 in bfloat16.
_SAME = {"float32": 0.005, "float16": 0.1, "bfloat16": 0.5}


def check(model: LanguageModel, trees: bool | Literal["auto"], name: str) -> None:
    """Try a model out, and set `model.trees`.

    Args:
        trees: whether the user wants trees; auto: where they give the scores of single texts.
        name: what the user calls the model.

    Raises:
        ConfigError: its scores depend on what comes after a token, or the user wants trees from a
            model that gives other scores so.
    """
    texts = _texts(model)
    alone = {text.number: score_batch(model, [text])[0][1] for text in texts}
    same = _SAME.get(str(model.model.dtype).removeprefix("torch."), 0.1)
    head, longer = texts[0], texts[1]
    known = len(head.tokens) - head.start
    if np.abs(alone[longer.number][:known] - alone[head.number]).max() > same:
        raise ConfigError(
            f"{KEY}: {name!r} sees what comes after a token; it is no decoder-only language model"
        )
    if trees is False:
        return
    try:
        together = dict(score_row(model, texts))
    except (TypeError, ValueError, RuntimeError, IndexError) as error:  # it takes no such mask
        together, why = {}, f": {error}"
    else:
        worst = max(float(np.abs(together[number] - alone[number]).max()) for number in alone)
        model.trees = worst <= same
        why = f": they differ by {worst:.3f}"
    if model.trees:
        return
    if trees is True:
        raise ConfigError(
            f"translate.share_prefixes: {name!r} gives other scores when texts share what they "
            f"begin with{why.splitlines()[0]}; write auto or false"
        )
    logging.getLogger("spanferry").info(
        "translate.model: %r is asked text by text; it gives other scores when texts share what "
        "they begin with%s", name, why,
    )  # fmt: skip


def _texts(model: LanguageModel) -> list[Text]:
    """Texts that begin alike and part at several places; the second goes on from the first."""
    tokens, _ = model.encode(["English: Two boats left.\n"], special=False)[0]
    other = tokens[len(tokens) // 2 :]
    first = len(model.begin) + 1
    given = [
        tokens,
        [*tokens, *reversed(other)],
        [*tokens, *other, *tokens[first:]],
        [*tokens[: first + 2], *reversed(tokens)],
        [*tokens[: first + 2], *other, *other],
    ]
    return [Text(number, tuple(text), first) for number, text in enumerate(given)]
