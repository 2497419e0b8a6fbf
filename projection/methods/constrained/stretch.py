"""The sentence of a span and its translation, and the sentence with the span marked."""

from __future__ import annotations

from dataclasses import dataclass

from spanferry.data.records import Span
from spanferry.projection.base import ProjectionInput


@dataclass(frozen=True, slots=True)
class Stretch:
    """A part of a text with its translation.

    Args:
        source, target: their texts.
        start, end: the span, in characters of `source`.
        target_start: where `target` begins in the whole translation.
    """

    source: str
    target: str
    start: int
    end: int
    target_start: int


def stretch_of(item: ProjectionInput, span: Span) -> Stretch:
    """The sentences that a span of one range touches; the whole text where none is known.

    >>> item = ProjectionInput("A b. C d.", (), "E f. G h.", [], [], [],
    ...                        segments=((0, 4, 0, 4), (5, 9, 5, 9)))
    >>> stretch_of(item, Span(7, 8, "X"))
    Stretch(source='C d.', target='G h.', start=2, end=3, target_start=5)
    """
    own = [s for s in item.segments if s[0] < span.end and span.start < s[1]]
    first = min((s[0] for s in own), default=len(item.text))
    last = max((s[1] for s in own), default=0)
    if not (first <= span.start and span.end <= last):
        return Stretch(item.text, item.translation, span.start, span.end, 0)
    begin, end = min(s[2] for s in own), max(s[3] for s in own)
    return Stretch(
        item.text[first:last], item.translation[begin:end],
        span.start - first, span.end - first, begin,
    )  # fmt: skip


def marked(text: str, start: int, end: int, opening: str, closing: str) -> str:
    """A text with markers around a range, blanks on both sides of each.

    >>> marked("Ana saw Tom.", 8, 11, "[", "]")
    'Ana saw [ Tom ] .'
    """
    parts = [text[:start].rstrip(), opening, text[start:end].strip(), closing, text[end:].lstrip()]
    return " ".join(part for part in parts if part)
