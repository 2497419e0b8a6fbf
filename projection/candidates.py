"""A span, or one fragment of it, with the places where it could go."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from spanferry.data.records import Span
from spanferry.projection.segments import Pairs
from spanferry.projection.sentence import Sentence
from spanferry.projection.sides import Array


@dataclass(slots=True)
class Part:
    """A span on its way.

    Args:
        span: the source span, with the fragment's range.
        sentence: the pair that it is in.
        words: the source words that it covers.
        pairs: first and last target words of its candidates, [candidates, 2].
        logs: their log-probabilities, [candidates].
        columns: what is told of them.
        reason: why it has no place, while it has none.
        chosen: the candidate that it gets.
        far: further runs of target words, inclusive (`far_words.py`).
    """

    span: Span
    sentence: Sentence
    words: list[int]
    pairs: Pairs
    logs: Array
    columns: Mapping[str, Array]
    reason: str = "claimed"
    chosen: int | None = None
    far: list[tuple[int, int]] = field(default_factory=list)
