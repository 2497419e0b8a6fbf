"""Sentences that are longer than the program's buffers: windows that overlap, links of each kept.

A word of the longer side belongs to the middle of exactly one window, and its links are taken from
that window. So every word is aligned, and one at an edge sees its neighbours on both sides.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

#: Words of a window's longer side whose links are kept; as many again lie around them.
_SHARE = 2


@dataclass(frozen=True, slots=True)
class Window:
    """A part of a sentence pair.

    Args:
        source, target: first word and the one behind the last.
        kept_source, kept_target: links are taken of these words.
    """

    source: tuple[int, int]
    target: tuple[int, int]
    kept_source: tuple[int, int]
    kept_target: tuple[int, int]

    def keeps(self, source: int, target: int) -> bool:
        """Whether a link, its words counted in the whole sentences, is taken from here."""
        return (
            self.kept_source[0] <= source < self.kept_source[1]
            and self.kept_target[0] <= target < self.kept_target[1]
        )


def windows(source: int, target: int, longest: int) -> Iterator[Window]:
    """The windows of a sentence pair; one if both sides fit.

    Args:
        source, target: numbers of words, at least 1.
        longest: words that either side of a window may have, at least 4.

    >>> [(w.source, w.kept_source) for w in windows(10, 5, 8)]
    [((0, 4), (0, 3)), ((2, 7), (3, 6)), ((5, 10), (6, 9)), ((8, 10), (9, 10))]
    """
    whole = ((0, source), (0, target))
    size = max(source, target)
    if size <= longest:
        yield Window(*whole, *whole)
        return
    usable = longest - 2  # the like part of the other side may be longer by a word at each end
    middle = usable // _SHARE
    margin = (usable - middle) // 2
    for start in range(0, size, middle):
        kept = (start, min(size, start + middle))
        wide = (max(0, start - margin), min(size, kept[1] + margin))
        if source >= target:
            yield Window(wide, _scaled(wide, size, target), kept, whole[1])
        else:
            yield Window(_scaled(wide, size, source), wide, whole[0], kept)


def _scaled(part: tuple[int, int], size: int, other: int) -> tuple[int, int]:
    """The like part of the other side; a word that is half in it is in it."""
    return part[0] * other // size, -(-part[1] * other // size)
