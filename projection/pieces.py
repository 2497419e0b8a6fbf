"""What all methods do alike: fragments of spans, and texts that are their own translation."""

from __future__ import annotations

from dataclasses import replace

from spanferry.data.records import ProjectedSpan, Span
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
        found.append(
            ProjectedSpan(
                together[0][0], together[-1][1], span.label, span.id, span.attributes,
                tuple(together) if len(together) > 1 else (), UNCHANGED, method, span.id,
            )
        )  # fmt: skip
    return Projection(tuple(found), ())
