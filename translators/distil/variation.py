"""Pairs made a little different, so that a student knows what texts of users hold.

A corpus of running text has few typographic quotes, hardly a line in capitals, and none of the
placeholders (X1, Q2) that `keep_items` puts in the place of an address or a picture; a student that
never saw one does not copy it. What becomes of a pair depends on its source and the seed alone.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from spanferry.translators.distil.draw import share_of
from spanferry.translators.distil.typography import curl
from spanferry.translators.edits import Edits

#: Source start, source end, target start, target end, in characters.
Link = tuple[int, int, int, int]

#: A name or a number inside a sentence, not a part of a longer word.
_ITEM = re.compile(r"(?<![\w.,@'’-])(?:[^\W\d_a-z][^\W\d_]{2,}|\d+(?:[.,]\d+)*)(?![\w'’-])")
_PLACEHOLDER = re.compile(r"\b[XQZ]+\d")
#: The first letters that `keep_items` tries, with the share that each gets here.
_LETTERS = (("X", 0.8), ("Q", 0.95), ("Z", 1.0))
_MOST_PLACEHOLDERS = 4
#: Characters of the longest text that is put in capitals: headings, warnings, shouts.
_LONGEST_IN_CAPITALS = 100


@dataclass(frozen=True, slots=True)
class Varied:
    """A pair as it is learnt from."""

    source: str
    target: str
    links: Sequence[Link]


@dataclass(frozen=True, slots=True)
class Variation:
    """What share of the pairs becomes what; the kinds are drawn for independently.

    Args:
        typography: sources whose plain quotes and dashes become typographic.
        placeholders: pairs of which names and numbers that both sides share become placeholders.
        capitals: short pairs of which both sides are put in capitals.
        seed: of the draws.
    """

    typography: float = 0.0
    placeholders: float = 0.0
    capitals: float = 0.0
    seed: int = 0

    def of(self, source: str, target: str, links: Sequence[Link] = ()) -> Varied:
        """A pair as it is learnt from, and its links where its characters now are."""
        pair = Varied(source, target, links)
        if self._drawn("placeholders", source, self.placeholders):
            pair = masked(pair, share_of(source, self.seed + 1))
        if self._drawn("capitals", source, self.capitals):
            pair = shouted(pair)
        if self._drawn("typography", source, self.typography):
            pair = Varied(curl(pair.source), pair.target, pair.links)
        return pair

    def _drawn(self, kind: str, source: str, share: float) -> bool:
        return share > 0 and share_of(f"{kind} {source}", self.seed) < share


def masked(pair: Varied, draw: float) -> Varied:
    """Names and numbers that stand once on either side, as placeholders in order of the source.

    The first word stays: its capital says nothing.

    Args:
        draw: in [0, 1), decides on letter and number of placeholders.
    """
    if _PLACEHOLDER.search(pair.source) or _PLACEHOLDER.search(pair.target):
        return pair
    found = [match for match in _ITEM.finditer(pair.source) if match.start()]
    there = {match[0]: match.span() for match in found if not match[0][0].islower()}  # água
    shared = [
        (item, place, other)
        for item, place in there.items()
        if pair.source.count(item) == 1 and (other := _once(item, pair.target)) is not None
    ]
    if not shared:
        return pair
    letter = next(letter for letter, most in _LETTERS if draw < most)
    chosen = shared[: 1 + int(draw * 1000) % _MOST_PLACEHOLDERS]
    places = sorted(other for _, _, other in chosen)
    if any(one[1] > other[0] for one, other in pairwise(places)):  # 1.5 and 5.7 in 1.5.7
        return pair
    names = [f"{letter}{number}" for number in range(1, len(chosen) + 1)]
    source = Edits(
        pair.source, [(*place, name) for (_, place, _), name in zip(chosen, names, strict=True)]
    )
    target = Edits(
        pair.target,
        sorted((*other, name) for (_, _, other), name in zip(chosen, names, strict=True)),
    )
    return Varied(source.text, target.text, _moved(pair.links, source, target))


def shouted(pair: Varied) -> Varied:
    """Both sides in capitals, if short and no longer for it ("ß" becomes "SS": then not)."""
    source, target = pair.source.upper(), pair.target.upper()
    same = len(source) == len(pair.source) and len(target) == len(pair.target)
    if not same or len(source) > _LONGEST_IN_CAPITALS:
        return pair
    return Varied(source, target, pair.links)


def _once(item: str, text: str) -> tuple[int, int] | None:
    """Where a word stands in a text, if once and whole."""
    if text.count(item) != 1:
        return None
    start = text.index(item)
    end = start + len(item)
    whole = not text[start - 1 : start].isalnum() and not text[end : end + 1].isalnum()
    return (start, end) if whole else None


def _moved(links: Sequence[Link], source: Edits, target: Edits) -> list[Link]:
    found = []
    for a, b, c, d in links:
        left, right = source.to_new(a, b), target.to_new(c, d)
        if left and right:
            found.append((*left, *right))
    return found
