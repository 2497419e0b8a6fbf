"""Texts that an encoder cannot see at once: overlapping windows, cut between words.

A sub-word's vector is taken from the window in which its word has most context on its poorer
side. The text's own beginning and end count as full context.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Window:
    """A stretch of a text's sub-words.

    Args:
        start, end: what the encoder sees.
        first, last: what is kept of it; the kept stretches of all windows make up the text.
    """

    start: int
    end: int
    first: int
    last: int


def windows(words: Ints, capacity: int, overlap: int) -> list[Window]:
    """Cut a text in windows.

    Args:
        words: the word of each sub-word, never falling.
        capacity: sub-words in a window, at least 1.
        overlap: sub-words that neighbouring windows share, as nearly as words allow; more than
            half the capacity counts as half.

    A word of more sub-words than the capacity is cut; all its sub-words are kept.

    >>> windows(np.array([0, 1, 2, 3, 4, 5]), 4, 2)
    [Window(start=0, end=4, first=0, last=3), Window(start=2, end=6, first=3, last=6)]
    """
    size = len(words)
    if size <= capacity:
        return [Window(0, size, 0, size)]
    pieces = _pieces(words, capacity)
    stretches = _stretches(pieces, capacity, min(overlap, capacity // 2))
    kept: list[list[int]] = [[] for _ in stretches]
    low = 0
    for start, end in pieces:
        while stretches[low][1] < end:  # windows that end before this piece are past
            low += 1
        best, most = low, -1
        for place in range(low, len(stretches)):
            left, right = stretches[place]
            if left > start:
                break
            context = min(
                start - left if left else size,
                right - end if right < size else size,
            )
            if context > most:
                best, most = place, context
        kept[best] += [start, end]
    return [
        Window(start, end, own[0], own[-1])
        for (start, end), own in zip(stretches, kept, strict=True)
        if own
    ]


def _pieces(words: Ints, capacity: int) -> list[tuple[int, int]]:
    """Words as ranges of sub-words, those that are too long in parts."""
    borders = [0, *(np.flatnonzero(np.diff(words)) + 1).tolist(), len(words)]
    return [
        (cut, min(cut + capacity, end))
        for start, end in pairwise(borders)
        for cut in range(start, end, capacity)
    ]


def _stretches(
    pieces: Sequence[tuple[int, int]], capacity: int, overlap: int
) -> list[tuple[int, int]]:
    """Ranges of whole pieces, each as long as fits, that begin where the one before overlaps."""
    found: list[tuple[int, int]] = []
    first = 0
    while True:
        start = pieces[first][0]
        after = first + 1
        while after < len(pieces) and pieces[after][1] - start <= capacity:
            after += 1
        end = pieces[after - 1][1]
        found.append((start, end))
        if after == len(pieces):
            return found
        back = after
        while back - 1 > first and end - pieces[back - 1][0] <= overlap:
            back -= 1
        first = back
