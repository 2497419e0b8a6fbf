"""Marks put round parts of a text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from spanferry.data.markers.forms import Form
from spanferry.data.records import Offsets


@dataclass(frozen=True, slots=True)
class MarkedPart:
    """A part that was marked.

    Args:
        key: what its marks carry; empty in forms without keys.
        start: where it begins in the plain text.
        covered: its text.
        inside_word: whether it begins, and whether it ends, in the middle of a word.
    """

    key: str
    start: int
    covered: str
    inside_word: tuple[bool, bool]


@dataclass(frozen=True, slots=True)
class Marked:
    """A text with marks.

    Args:
        text: with the marks.
        plain: without them.
        form: of the marks.
        parts: what they are round, in the order in which they were given.
        changes: place in `plain` and what was put in there, in order.
    """

    text: str
    plain: str
    form: Form
    parts: tuple[MarkedPart, ...]
    changes: tuple[tuple[int, str], ...]


def insert(text: str, ranges: Sequence[Offsets], form: Form) -> Marked:
    """Put marks round ranges of a text; keys count in the order of the text.

    Where several marks stand at one place, the closing ones come first, the inner before the
    outer, then the opening ones, the outer before the inner; so nested ranges, equal ones too,
    give well-formed XML.

    Args:
        ranges: none empty; they may overlap where the form has keys.

    >>> from spanferry.data.markers.forms import form
    >>> insert("old red house", [(4, 13), (4, 7)], form("xml")).text
    'old <a><b>red</b> house</a>'
    """
    order = sorted(range(len(ranges)), key=lambda k: (ranges[k][0], -ranges[k][1], k))
    keys = {k: form.key(number) for number, k in enumerate(order)}
    events: list[tuple[int, int, int, int, str]] = []
    for rank, k in enumerate(order):
        start, end = ranges[k]
        opening, closing = form.marks(keys[k])
        events.append((start, 1, 0, rank, opening))
        events.append((end, 0, -start, -rank, closing))
    events.sort()
    out: list[str] = []
    place = 0
    for position, *_, mark in events:
        out += [text[place:position], mark]
        place = position
    parts = [
        MarkedPart(keys[k], start, text[start:end], (_joins(text, start), _joins(text, end)))
        for k, (start, end) in enumerate(ranges)
    ]
    return Marked(
        "".join([*out, text[place:]]),
        text,
        form,
        tuple(parts),
        tuple((position, mark) for position, *_, mark in events),
    )


def _joins(text: str, place: int) -> bool:
    """Whether a word goes on at a place."""
    return 0 < place < len(text) and text[place - 1].isalnum() and text[place].isalnum()
