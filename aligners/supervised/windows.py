"""Which words of two sentences a model reads at once when they are longer than it can read.

A sentence is given by the places of its words among its sub-words, and their number.

>>> [tuple(window) for window in target_windows([0, 4, 8, 12, 16], size=10, overlap=4)]
[(0, 2, 0, 2), (1, 3, 2, 3), (2, 4, 3, 4)]
>>> context([0, 1, 2, 7, 8, 9, 10], 2, size=8)
(1, 5)
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple


class Window(NamedTuple):
    """Words `first` to `last` (exclusive) of a sentence.

    Windows overlap; those words that a window reads with more context than its neighbours are its
    own: `own_first` to `own_last`. Each word is one window's own.
    """

    first: int
    last: int
    own_first: int
    own_last: int


def shares(source: int, target: int, room: int) -> tuple[int, int]:
    """How many sub-words of the marked sentence and of the other one a row holds.

    A sentence of up to half the room comes in whole, and the other one gets the rest.

    Args:
        source, target: sub-words of the sentences.
        room: sub-words that fit in a row, besides special tokens and markers.
    """
    half = room // 2
    if source + target <= room:
        return source, target
    if source <= half:
        return source, room - source
    if target <= half:
        return room - target, target
    return half, room - half


def context(starts: Sequence[int], word: int, size: int) -> tuple[int, int]:
    """The words around a marked one that fit in `size` sub-words, as (first, last exclusive).

    As many sub-words to its left as to its right; what one side does not use the other gets.

    Args:
        starts: see above; the marked word has at most `size` sub-words.
    """
    if starts[-1] <= size:
        return 0, len(starts) - 1
    rest = size - (starts[word + 1] - starts[word])
    before, after = starts[word], starts[-1] - starts[word + 1]
    left = min(before, max(rest // 2, rest - after))
    first = bisect_left(starts, before - left)
    right = rest - (before - starts[first])
    last = bisect_right(starts, starts[word + 1] + right) - 1
    return first, last


def target_windows(starts: Sequence[int], size: int, overlap: int) -> list[Window]:
    """Windows of up to `size` sub-words over all words; neighbours share up to `overlap` of them.

    Args:
        starts: see above; each word has at most `size - overlap` sub-words.
    """
    words = len(starts) - 1
    ranges: list[tuple[int, int]] = []
    first = 0
    while True:
        last = bisect_right(starts, starts[first] + size) - 1
        ranges.append((first, last))
        if last >= words:
            break
        first = max(first + 1, bisect_left(starts, starts[last] - overlap))
    cuts = [0]
    for (_, last), (first, _) in pairwise(ranges):
        middle = (starts[first] + starts[last]) / 2
        cuts.append(max(first, bisect_left(starts, middle)))
    cuts.append(words)
    return [
        Window(first, last, own, end)
        for (first, last), (own, end) in zip(ranges, pairwise(cuts), strict=True)
    ]
