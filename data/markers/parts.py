"""What of a text is marked together: sentences, the parts of spans in them, and rounds."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from spanferry.data.records import Offsets, Span
from spanferry.data.sentences import Newlines, split_sentences

#: Words that a span must have on both sides of a sentence's end to be cut there; where it has
#: fewer, the end is more likely the full stop of an abbreviation in a name ("St. Mary's").
LEAST_WORDS = 4


@dataclass(frozen=True, slots=True)
class Part:
    """A contiguous stretch of a span.

    Args:
        span: place of the span in a list.
        fragment: which of its ranges the stretch belongs to.
        start, end: its characters.
    """

    span: int
    fragment: int
    start: int
    end: int


def sentences(
    text: str, spans: Sequence[Span], language: str, newlines: Newlines = "line"
) -> list[Offsets]:
    """The sentences of a text; ends inside a span count where it has whole clauses on both sides.

    Translators get one sentence at a time. A mark that opens in one and closes in another would
    be no pair in either, so a span over a sentence's end is marked in each sentence.
    """
    ranges = [part for span in spans for part in span.ranges()]
    plain = split_sentences(text, language, newlines=newlines)
    guarded = [
        (before[1] - 1, after[0] + 1)
        for before, after in pairwise(plain)
        if any(_cuts(text, part, before[1], after[0]) for part in ranges)
    ]
    if not guarded:
        return plain
    return split_sentences(text, language, protected=guarded, newlines=newlines)


def _cuts(text: str, part: Offsets, end: int, start: int) -> bool:
    if not (part[0] < end and start < part[1]):
        return False
    halves = (text[part[0] : end], text[start : part[1]])
    return any(len(half.split()) < LEAST_WORDS for half in halves)


def parts_in(text: str, spans: Sequence[Span], sentence: Offsets) -> list[Part]:
    """The parts of spans in a sentence, without white space at their edges, in characters of text.

    Stretches without anything but white space are left out.
    """
    found = []
    for number, span in enumerate(spans):
        for fragment, (start, end) in enumerate(span.ranges()):
            first, last = max(start, sentence[0]), min(end, sentence[1])
            inside = text[first:last]
            if first < last and inside.strip():
                first += len(inside) - len(inside.lstrip())
                last = first + len(inside.strip())
                found.append(Part(number, fragment, first, last))
    return found


def rounds(parts: Iterable[Part], *, keyed: bool, most: int) -> list[list[Part]]:
    """Parts that are marked together, at most so many; without keys none overlaps another.

    With keys every part has marks of its own, so that any may overlap. Without, the closing mark
    of one could be any other's, so that parts which overlap go into different rounds: the outer
    ones first, as there are fewer of them.
    """
    found: list[list[Part]] = []
    for part in sorted(parts, key=lambda p: (p.start, -p.end, p.span, p.fragment)):
        for group in found:
            flat = keyed or all(p.end <= part.start or part.end <= p.start for p in group)
            if flat and len(group) < most:
                group.append(part)
                break
        else:
            found.append([part])
    return found


def is_all(text: str, sentence: Offsets, part: Part) -> bool:
    """Whether a part is all of a sentence but for punctuation; then it needs no marks."""
    outside = text[sentence[0] : part.start] + text[part.end : sentence[1]]
    return not any(c.isalnum() for c in outside)
