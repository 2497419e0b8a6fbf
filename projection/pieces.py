"""What all methods do alike: fragments of spans, and texts that are their own translation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from spanferry.data.records import Offsets, ProjectedSpan, Span
from spanferry.projection.base import Projection, ProjectionInput
from spanferry.projection.characters import merged, widened, without_blanks

#: Score of a span whose text was not changed.
UNCHANGED = 1.0
#: Factor of a score for each fragment of a span that found no place; set by hand, as no gold set
#: has discontinuous spans.
LOST_FRAGMENT = 0.5


def pieces(span: Span) -> list[Span]:
    """A span of each range of a span."""
    if not span.fragments:
        return [span]
    return [replace(span, start=start, end=end, fragments=()) for start, end in span.fragments]


def placed_at(span: Span, ranges: Sequence[Offsets], score: float, method: str) -> ProjectedSpan:
    """The projected span of a source span: its id, label and attributes, at these ranges.

    Args:
        ranges: of the translation, in text order, apart from one another.
    """
    return ProjectedSpan(
        ranges[0][0],
        ranges[-1][1],
        span.label,
        id=span.id,
        attributes=span.attributes,
        fragments=tuple(ranges) if len(ranges) > 1 else (),
        score=score,
        method=method,
        source_span=span.id,
    )


def open_spans(item: ProjectionInput) -> list[Span]:
    """The spans of an input that have no place yet."""
    placed = {span.source_span for span in item.placed}
    return [span for span in item.spans if span.id not in placed]


def is_unchanged(item: ProjectionInput) -> bool:
    """Whether a text is its own translation."""
    return item.text == item.translation


def unchanged(item: ProjectionInput, method: str) -> Projection:
    """The open spans of a text that is its own translation."""
    found = []
    for span in open_spans(item):
        ranges = span.ranges()
        if item.token_labelled:
            ranges = tuple(widened(item.text, part, item.source_words) for part in ranges)
        ranges = tuple(without_blanks(item.text, part) for part in ranges)
        together = merged(item.text, ranges) if len(ranges) > 1 else list(ranges)
        found.append(placed_at(span, together, UNCHANGED, method))
    return Projection(tuple(found), ())
