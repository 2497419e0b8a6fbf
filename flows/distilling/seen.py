"""Which texts have been seen, at eight bytes a text."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

#: Hashes in a Python set (some 60 bytes each) before they are sorted into an array.
_RECENT = 100_000


class Seen:
    """A set of 64-bit hashes that grows: a small set, and sorted arrays that are merged in pairs.

    >>> seen = Seen([7])
    >>> seen.add(7), seen.add(8), 8 in seen
    (False, True, True)
    """

    def __init__(self, hashes: Iterable[int] = ()) -> None:
        self._recent: set[int] = set()
        self._sorted: list[np.ndarray] = []
        for each in hashes:
            self.add(each)

    def add(self, value: int) -> bool:
        """Remember a hash; whether it is new."""
        if value in self:
            return False
        self._recent.add(value)
        if len(self._recent) >= _RECENT:
            self._merge()
        return True

    def __contains__(self, value: int) -> bool:
        if value in self._recent:
            return True
        wanted = np.uint64(value)
        for run in self._sorted:
            place = int(np.searchsorted(run, wanted))
            if place < len(run) and run[place] == wanted:
                return True
        return False

    def __len__(self) -> int:
        return len(self._recent) + sum(map(len, self._sorted))

    def _merge(self) -> None:
        run = np.sort(np.fromiter(self._recent, np.uint64, len(self._recent)))
        while self._sorted and len(self._sorted[-1]) <= len(run):
            run = np.sort(np.concatenate([self._sorted.pop(), run]), kind="stable")
        self._sorted.append(run)
        self._recent = set()
