"""A span, or one fragment of it, with the places where it could go."""

from __future__ import annotations

from dataclasses import dataclass

from spanferry.data.records import Span
from spanferry.projection.features import Columns
from spanferry.projection.segments import Pairs
from spanferry.projection.sides import Array


@dataclass(slots=True)
class Part:
    """A span on its way.

    Args:
        span: the source span, with the fragment's range.
        words: the source words that it covers.
        pairs: first and last target words of its candidates, [candidates, 2].
        logs: their log-probabilities, [candidates].
        columns: what is told of them.
        reason: why it has no place, while it has none.
        chosen: the candidate that it gets.
    """

    span: Span
    words: list[int]
    pairs: Pairs
    logs: Array
    columns: Columns
    reason: str = "claimed"
    chosen: int | None = None
