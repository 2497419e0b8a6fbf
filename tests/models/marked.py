"""The trained model, trained further until it knows markers: brackets around a phrase, both sides.

As EasyProject (Chen et al. 2023, "Frustratingly Easy Label Projection for Cross-lingual Transfer")
trains a translation model: sentence pairs with brackets around spans of the source and around what
they are translated by.
"""

from __future__ import annotations

import random
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.models.language import Pair, pairs
from tests.models.marian import Encoded, MarianFiles

#: Sentence pairs; a fifth of them get no markers.
TRAINING, UNMARKED = 4000, 0.2
STEPS, WARM_UP, LEARNING_RATE = 200, 20, 1.2e-3
#: Words of the longest phrase.
LONGEST = 6


@dataclass(frozen=True, slots=True)
class Phrase:
    """A phrase and its translation, in characters; their words link to one another only."""

    source: tuple[int, int]
    target: tuple[int, int]


def phrases(pair: Pair) -> list[Phrase]:
    """All phrases of a pair (Koehn, Och and Marcu 2003) whose translation is one range.

    Their outer words have links on both sides; marks and brackets of the sentence are in none.
    """
    linked: dict[int, list[int]] = {}
    back: dict[int, list[int]] = {}
    for i, j in pair.links:
        linked.setdefault(i, []).append(j)
        back.setdefault(j, []).append(i)
    found = []
    for first in linked:
        for last in range(first, min(first + LONGEST, len(pair.source_words))):
            targets = [j for i in range(first, last + 1) for j in linked.get(i, ())]
            low, high = min(targets), max(targets)
            sources = [i for j in range(low, high + 1) for i in back.get(j, ())]
            if last not in linked or low not in back or high not in back:
                continue
            if min(sources) < first or max(sources) > last:
                continue
            words = [*pair.source_words[first : last + 1], *pair.target_words[low : high + 1]]
            if all(word.text[-1].isalnum() for word in words):
                found.append(
                    Phrase((pair.source_words[first].start, pair.source_words[last].end),
                           (pair.target_words[low].start, pair.target_words[high].end))
                )  # fmt: skip
    return found


def drawn(pair: Pair, rng: random.Random) -> Phrase | None:
    """A name, or any other phrase, of a pair; None where it has none."""
    names = [Phrase(name.source, name.target) for name in pair.names]
    choices = names if names and rng.random() < 0.4 else phrases(pair)
    return rng.choice(choices) if choices else None


def plain(pair: Pair) -> bool:
    """Whether a pair has no brackets of its own."""
    return not set("[]") & set(pair.source + pair.target)


def train(start: Path, folder: Path, *, steps: int = STEPS, verbose: bool = False) -> None:
    """Train the checkpoint of a folder further and write it into another; one thread."""
    import torch

    torch.manual_seed(12)
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        _train(start, folder, steps, verbose)
    finally:
        torch.set_num_threads(before)


def _train(start: Path, folder: Path, steps: int, verbose: bool) -> None:
    import torch
    from torch.nn.functional import cross_entropy
    from transformers import MarianMTModel

    from tests.models.trained import _batches, _pad

    shutil.copytree(start, folder)
    files = MarianFiles(folder)
    model = MarianMTModel.from_pretrained(folder)
    model.train()
    optimizer = torch.optim.AdamW(model.parameters(), lr=LEARNING_RATE, betas=(0.9, 0.98))
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimizer, lambda step: min((step + 1) / WARM_UP, 1.02 - step / steps)
    )
    for step, batch in enumerate(_batches(_examples(files)), 1):
        source = _pad([example.source for example in batch], files.pad)
        target = _pad([example.target for example in batch], files.pad)
        shifted = torch.cat([torch.full((len(batch), 1), files.pad), target[:, :-1]], 1)
        logits = model(
            input_ids=source, attention_mask=(source != files.pad).long(),
            decoder_input_ids=shifted, use_cache=False,
        ).logits[..., : files.pad]  # fmt: skip
        loss: Any = cross_entropy(
            logits.flatten(0, 1), target.flatten(), ignore_index=files.pad, label_smoothing=0.02
        )
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        schedule.step()
        if verbose and step % 50 == 0:
            markers = (target == files.ids["["]) | (target == files.ids["]"])
            right = (logits.argmax(-1) == target)[markers].float().mean()
            print(f"{step=} loss={loss.item():.3f} markers={right.item():.3f}", flush=True)
        if step == steps:
            break
    files.save(model)


def _examples(files: MarianFiles) -> list[Encoded]:
    rng = random.Random(6)
    found = []
    for pair in pairs(TRAINING):
        phrase = drawn(pair, rng) if plain(pair) and rng.random() >= UNMARKED else None
        encoded = files.encode(pair)
        if phrase is not None:
            text = spaced(pair.source, phrase.source)
            pieces = files.source.encode(text, out_type=str)
            source = [files.ids.get(piece, 1) for piece in pieces]
            encoded = Encoded([*source, 0], _inserted(files, pair, phrase.target), [], [])
        found.append(encoded)
    return found


def spaced(text: str, span: tuple[int, int]) -> str:
    """A text with brackets around a range, blanks on both sides of each."""
    start, end = span
    parts = (text[:start].strip(), "[", text[start:end], "]", text[end:].strip())
    return " ".join(part for part in parts if part)


def _inserted(files: MarianFiles, pair: Pair, span: tuple[int, int]) -> list[int]:
    """The sub-words of the target with brackets among them; blanks go with what is behind."""
    ids, touched = files.pieces(files.target, pair.target, pair.target_words)
    inside = {
        number
        for number, word in enumerate(pair.target_words)
        if span[0] <= word.start and word.end <= span[1]
    }
    places = [place for place, words in enumerate(touched) if inside & set(words)]
    opening, closing = files.ids["["], files.ids["]"]
    first, last = places[0], places[-1] + 1
    return [*ids[:first], opening, *ids[first:last], closing, *ids[last:], 0]
