"""Words and tags of the translation, for a corpus whose source was labelled word by word."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
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

    A tag is that of a whole word, so a span that is a part of one counts as the word; only marks
    that stick to the word are cut off. See `cut` for words that hold two spans or none.

    >>> tokens_and_tags("Parisreise.", [(0, 11)], [Span(0, 5, "LOC")])
    (['Parisreise', '.'], ['B-LOC', 'O'])
    >>> tokens_and_tags('"Paris",', [(0, 8)], [Span(1, 6, "LOC")])
    (['"', 'Paris', '",'], ['O', 'B-LOC', 'O'])
    """
    pieces, flat = token_ranges(text, words, spans)
    tags = spans_to_tags(pieces, flat) if flat else ["O"] * len(pieces)
    return [text[start:end] for start, end in pieces], tags


def token_ranges(
    text: str, words: Sequence[Offsets] | None, spans: Sequence[Span]
) -> tuple[Sequence[Offsets], list[Span]]:
    """The ranges of the words as `tokens_and_tags` cuts them, and the spans that tags can hold."""
    if words is None:
        words = [match.span() for match in _WORD.finditer(text)]
    if not spans:
        return words, []
    flat = flat_spans(spans)
    return cut(text, words, flat), flat


def words_of(pieces: Sequence[Offsets], words: Sequence[Offsets]) -> list[int | None]:
    """The word that each piece was cut from; None for a span that touched no word.

    >>> words_of([(0, 5), (5, 10), (11, 12)], [(0, 10), (13, 15)])
    [0, 0, None]
    """
    starts = [start for start, _ in words]
    found: list[int | None] = []
    for start, end in pieces:
        place = bisect_right(starts, start) - 1
        found.append(place if place >= 0 and end <= words[place][1] else None)
    return found


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


def cut(text: str, words: Sequence[Offsets], spans: Sequence[Span]) -> list[Offsets]:
    """The pieces of words that carry tags of their own.

    - A word with one span in it stays whole, but for the marks at its edges that the span does not
      cover (`sushi` and `.` of `sushi.`): what is no letter, digit or vowel sign.
    - A word with several spans in it is cut at the edges of all of them, as a word has one tag.
    - A span that touches no word becomes a further one.

    Args:
        text: what the words are of.
        words: ranges in text order.
        spans: in text order, without overlaps.
    """
    pieces: list[Offsets] = []
    at = 0
    for start, end in words:
        while at < len(spans) and spans[at].end <= start:
            at += 1
        here = at
        while here < len(spans) and spans[here].start < end:
            here += 1
        if here - at == 1:
            edges = {*_widened(text, spans[at], start, end)}
        else:
            edges = {edge for span in spans[at:here] for edge in (span.start, span.end)}
        inner = sorted(edge for edge in edges if start < edge < end)
        pieces += zip([start, *inner], [*inner, end], strict=True)
    ends = [end for _, end in pieces]
    bare: list[Offsets] = []
    for span in spans:
        first = bisect_right(ends, span.start)
        if first == len(pieces) or pieces[first][0] >= span.end:
            bare.append((span.start, span.end))
    return sorted(pieces + bare)


def _widened(text: str, span: Span, start: int, end: int) -> Offsets:
    """The part of a word that counts as its span: all but the marks at the edges outside of it."""
    first, last = max(start, span.start), min(end, span.end)
    first = next((at for at in range(start, first) if _is_letter(text[at])), first)
    last = next((at + 1 for at in range(end - 1, last - 1, -1) if _is_letter(text[at])), last)
    return first, last


def _is_letter(character: str) -> bool:
    """Whether a character is a letter, a digit or a sign that belongs to one (a vowel sign)."""
    return unicodedata.category(character)[0] in "LNM"
