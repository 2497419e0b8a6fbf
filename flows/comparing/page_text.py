"""Texts on the page, with ranges marked: nothing of them is obeyed by a browser."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from itertools import pairwise

from spanferry.aligners.pictures.text import visible
from spanferry.data.records import Offsets

_WORD = re.compile(r"[^ \t\n]+")
#: Characters on each side of what is shown of a long text.
CONTEXT = 400


@dataclass(frozen=True, slots=True)
class Mark:
    """Characters that are marked alike.

    Args:
        ranges: where.
        tag, style: the element and its class.
    """

    ranges: tuple[Offsets, ...]
    tag: str
    style: str


def plain(text: str) -> str:
    """A text that is safe in HTML, its control characters as signs.

    >>> plain("<b> \\x07")
    '&lt;b&gt; ‹0007›'
    """
    return escape(_WORD.sub(lambda word: visible(word[0]), text))


def marked(text: str, marks: Sequence[Mark]) -> str:
    """A text with its marks, which may overlap: the first one is the outermost.

    Of a long text the surroundings of the marks are shown.

    >>> marked("a b c", [Mark(((0, 3),), "u", "m0"), Mark(((2, 5),), "b", "gold")])
    '<u class="m0">a </u><u class="m0"><b class="gold">b</b></u><b class="gold"> c</b>'
    """
    ends = [end for mark in marks for part in mark.ranges for end in part]
    first, last = max(0, min(ends, default=0) - CONTEXT), max(ends, default=0) + CONTEXT
    first, last = _cut(text, first), _cut(text, min(last, len(text)))
    cuts = sorted({first, last, *(end for end in ends if first < end < last)})
    pieces = []
    for start, end in pairwise(cuts):
        piece = plain(text[start:end])
        for mark in reversed(marks):
            if any(a <= start and end <= b for a, b in mark.ranges):
                piece = f'<{mark.tag} class="{mark.style}">{piece}</{mark.tag}>'
        pieces.append(piece)
    before = "… " if first else ""
    after = " …" if last < len(text) else ""
    return before + "".join(pieces) + after


def _cut(text: str, place: int) -> int:
    """The next blank from a place on, so that no word is cut; the place where none is near."""
    if place <= 0 or place >= len(text):
        return min(max(place, 0), len(text))
    found = text.find(" ", place, place + 40)
    return found if found > 0 else place
