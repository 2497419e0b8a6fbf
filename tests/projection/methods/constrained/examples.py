"""Sentences of the artificial language pair with a phrase each, whose translation is known."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass

from spanferry.data.links import Link
from spanferry.data.records import Offsets, Span
from spanferry.projection.base import ProjectionInput
from spanferry.projection.methods.constrained.edges import word_edges
from spanferry.projection.methods.constrained.search import Task
from spanferry.projection.methods.constrained.stretch import marked
from spanferry.projection.services import ForcedDecoder
from tests.models.held_out import held_out
from tests.models.language import Pair
from tests.models.marked import Phrase, drawn, plain


@dataclass(frozen=True, slots=True)
class Example:
    """A sentence pair that the model has not seen, and a phrase of it."""

    pair: Pair
    phrase: Phrase


def examples(count: int, seed: int = 3) -> list[Example]:
    """The first so many pairs that have a phrase and no brackets."""
    rng = random.Random(seed)
    found = []
    for pair in held_out():
        phrase = drawn(pair, rng) if plain(pair) else None
        if phrase is not None:
            found.append(Example(pair, phrase))
    assert len(found) >= count, f"there are only {len(found)}"
    return found[:count]


def item(pair: Pair, phrases: Sequence[Phrase]) -> ProjectionInput:
    """A pair with spans on phrases, its words and its gold links."""
    return ProjectionInput(
        text=pair.source,
        spans=tuple(Span(*one.source, "X", f"s{n}") for n, one in enumerate(phrases)),
        translation=pair.target,
        source_words=[(word.start, word.end) for word in pair.source_words],
        target_words=[(word.start, word.end) for word in pair.target_words],
        links=[Link(i, j, 1.0) for i, j in pair.links],
        target_language="qaa",
    )


def tasks(
    decoder: ForcedDecoder, chosen: Sequence[Example], *, pieces: bool = False
) -> tuple[list[Task], list[tuple[int, int]]]:
    """Tasks for the phrases, and their right places among the sub-words.

    Args:
        pieces: markers may stand between any sub-words, as in the published search.
    """
    opening, closing = decoder.marker("["), decoder.marker("]")
    made, right = [], []
    cut = decoder.pieces([one.pair.target for one in chosen])
    for one, own in zip(chosen, cut, strict=True):
        parts: list[Offsets] = [(word.start, word.end) for word in one.pair.target_words]
        if pieces:
            parts = sorted({(start, end) for start, end in own.ranges if start < end})
        edges = word_edges(own, parts)
        source = marked(one.pair.source, *one.phrase.source, "[", "]")
        made.append(Task(source, own.tokens, (opening, closing), edges.places()))
        [first] = [i for i, k in edges.opens.items() if parts[k][0] == one.phrase.target[0]]
        [end] = [j for j, k in edges.closes.items() if parts[k][1] == one.phrase.target[1]]
        right.append((first, end))
    return made, right
