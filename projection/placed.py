"""Spans that another method placed before keep their places; the rest keep apart from them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from spanferry.data.records import Offsets, Span
from spanferry.projection.base import ProjectionInput
from spanferry.projection.candidates import Part
from spanferry.projection.joint import apart


def taken(item: ProjectionInput, span: Span) -> list[Offsets]:
    """The characters of the translation that a source span must not get.

    >>> from spanferry.data.records import ProjectedSpan
    >>> first, second = Span(0, 2, "PER", "s0"), Span(3, 5, "LOC", "s1")
    >>> done = ProjectedSpan(3, 5, "PER", "s0", source_span="s0")
    >>> item = ProjectionInput("ab cd", (first, second), "CD AB", [], [], [], placed=(done,))
    >>> taken(item, second)
    [(3, 5)]
    """
    if not item.placed:
        return []
    sources = {one.id: one for one in item.spans}
    return [
        part
        for placed in item.placed
        if placed.source_span in sources and apart(sources[placed.source_span], span)
        for part in placed.ranges()
    ]


def keep_apart(item: ProjectionInput, groups: Sequence[Sequence[Part]]) -> None:
    """Take the candidates away that lie in the places of spans that were placed before.

    The spans that were placed before lose all of theirs, as they want none.
    """
    done = {span.source_span for span in item.placed}
    words = item.target_words
    for span, group in zip(item.spans, groups, strict=True):
        ranges = taken(item, span)
        for part in group:
            free = np.array(
                [
                    span.id not in done
                    and not any(words[a][0] < end and start < words[b][1] for start, end in ranges)
                    for a, b in part.pairs.tolist()
                ],
                bool,
            )
            if len(free) and not free.all():
                part.pairs, part.logs = part.pairs[free], part.logs[free]
                part.columns = {name: values[free] for name, values in part.columns.items()}
                part.reason = "claimed"
