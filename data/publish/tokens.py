"""Words and tags of the translation, for a corpus whose source was labelled word by word."""

from __future__ import annotations

import re
from collections.abc import Sequence

from spanferry.data.records import Offsets, Span
from spanferry.data.tags import spans_to_tags

_WORD = re.compile(r"\S+")


def tokens_and_tags(
    text: str, words: Sequence[Offsets] | None, spans: Sequence[Span]
) -> tuple[list[str], list[str]]:
    """Words and their IOB2 tags, so that the tags hold every span that one layer of tags can.

    Args:
        text: the translation.
        words: ranges of its words in order, or None where it was never cut into words; it is then
            cut at white space.
        spans: spans of the translation.

    A word is cut at the edge of a span inside it, and a span that touches no word becomes one:

    >>> tokens_and_tags("Parisreise", [(0, 10)], [Span(0, 5, "LOC")])
    (['Paris', 'reise'], ['B-LOC', 'O'])
    """
    if words is None:
        words = [match.span() for match in _WORD.finditer(text)]
    if not spans:
        return [text[start:end] for start, end in words], ["O"] * len(words)
    flat = flat_spans(spans)
    pieces = cut(words, flat)
    return [text[start:end] for start, end in pieces], spans_to_tags(pieces, flat)


def flat_spans(spans: Sequence[Span]) -> list[Span]:
    """The spans that do not overlap one another: the longest first, then the one that starts
    first, then the one that is listed first. Text order.

    The choice is made on characters, before words are cut, as `spans_to_tags` makes it on words.
    """
    if len(spans) == 1:
        return list(spans)
    chosen: list[Span] = []
    for span in sorted(spans, key=lambda span: (span.start - span.end, span.start)):
        if all(span.end <= other.start or other.end <= span.start for other in chosen):
            chosen.append(span)
    return sorted(chosen, key=lambda span: span.start)


def cut(words: Sequence[Offsets], spans: Sequence[Span]) -> list[Offsets]:
    """Words cut at the edges of spans, and each span that touches none as a further word.

    Args:
        words: ranges in text order.
        spans: in text order, without overlaps.
    """
    edges = sorted({edge for span in spans for edge in (span.start, span.end)})
    pieces: list[Offsets] = []
    for start, end in words:
        for edge in edges:
            if start < edge < end:
                pieces.append((start, edge))
                start = edge
        pieces.append((start, end))
    bare = [
        (span.start, span.end)
        for span in spans
        if not any(start < span.end and span.start < end for start, end in pieces)
    ]
    return sorted(pieces + bare)
