"""Candidate segments of many spans side by side, so that a column takes one operation for all.

A word of a view stands in its row of a grid, [views, widest view + 2]; what is to the right of a
narrower view is never asked for. Whatever is summed is summed from left to right within a view, so
that no figure depends on which views share a grid.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import numpy as np
import numpy.typing as npt

from spanferry.projection.segments import Pairs
from spanferry.projection.sentence import View
from spanferry.projection.sides import Array

Places = npt.NDArray[np.int64]
#: Places of one grid: one wide view does not make all others wide.
_MOST_PLACES = 1 << 15


class Grids:
    """What is known of the target words of each view.

    The names are those of `sentence.ROWS` and of the arrays of a view; `free` is how far a word is
    not linked, 0 outside of the view.
    """

    def __init__(self, views: Sequence[View]) -> None:
        sizes = [view.high - view.low + 2 for view in views]
        self.shape = (len(views), max(sizes))
        every = np.zeros((11, *self.shape))
        for k, (view, size) in enumerate(zip(views, sizes, strict=True)):
            every[:8, k, :size] = view.sentence.table[:8, view.low : view.high + 2]
            every[8, k, :size] = view.inside
            every[9, k, :size] = view.outside
            every[10, k, :size] = view.values
        (self.stop, self.mark, self.content, self.opens, self.closes, self.capital, self.length,
         self.linked, self.inside, self.outside, self.values) = every  # fmt: skip
        self.free = 1 - self.linked
        self.free[:, 0] = 0
        self.free[np.arange(len(views)), np.array(sizes) - 1] = 0


class Spots:
    """The candidates of some views, one view after the other.

    Args:
        views: the spans, none of them without candidates.
        pairs: the candidates of each, as `segments` gives them.

    Attributes:
        of: the number of each candidate's view, [candidates].
        starts: the first candidate of each view, [views].
        first, last: the places of the first and the last words in their views, [candidates].
        left, right: the same in a grid that is laid flat.
    """

    def __init__(self, views: Sequence[View], pairs: Sequence[Pairs], grids: Grids) -> None:
        self.views, self.grids = views, grids
        self.sizes = np.array([len(own) for own in pairs])
        self.of = np.repeat(np.arange(len(views)), self.sizes)
        self.starts = np.cumsum(self.sizes) - self.sizes
        self.first, self.last = (
            np.concatenate(pairs) - np.array([view.low - 1 for view in views])[self.of][:, None]
        ).T
        row = self.of * grids.shape[1]
        self.left, self.right = row + self.first, row + self.last
        self._before = self.left + self.of  # grids of sums are one place wider
        self._after = self.right + self.of + 1

    def __len__(self) -> int:
        return len(self.of)

    def slices(self) -> list[slice]:
        """The candidates of each view."""
        ends = np.cumsum(self.sizes).tolist()
        return [slice(start, end) for start, end in zip(self.starts.tolist(), ends, strict=True)]

    def each(self, value: Callable[[View], float]) -> Array:
        """A number of each view, for all of its candidates."""
        return self.of_view([value(view) for view in self.views])

    def of_view(self, values: Sequence[float]) -> Array:
        """One number a view, for all of its candidates."""
        found: Array = np.array(values, np.float64)[self.of]
        return found

    def total(self, grid: Array) -> Array:
        """The sum of a value over the words of each segment."""
        sums = np.zeros((grid.shape[0], grid.shape[1] + 1))
        np.cumsum(grid, axis=1, out=sums[:, 1:])
        flat = sums.ravel()
        found: Array = flat[self._after] - flat[self._before]
        return found

    def masses(self, words: Sequence[int]) -> Array:
        """The mass of the links of one source word of each view, as a grid."""
        width = self.grids.shape[1]
        places, masses = [], []
        for k, (view, word) in enumerate(zip(self.views, words, strict=True)):
            for t, mass in view.sentence.links.get(word, ()):
                if view.low <= t < view.high:
                    places.append(k * width + t - view.low + 1)
                    masses.append(mass)
        size = self.grids.shape[0] * width
        found = np.bincount(np.array(places, np.int64), np.array(masses), size)
        return found.astype(np.float64).reshape(self.grids.shape)

    def first_best(self, values: Array) -> Places:
        """The first candidate of each view that has its largest value, [views]."""
        most = np.maximum.reduceat(values, self.starts)
        best = np.flatnonzero(values == most[self.of])
        _, first = np.unique(self.of[best], return_index=True)
        found: Places = best[first]
        return found


def in_grids(views: Sequence[View]) -> Iterator[slice]:
    """Views in order, in stretches that fit into a grid each."""
    start, widest = 0, 0
    for k, view in enumerate(views):
        width = view.high - view.low + 2
        if k > start and max(widest, width) * (k + 1 - start) > _MOST_PLACES:
            yield slice(start, k)
            start, widest = k, 0
        widest = max(widest, width)
    if views:
        yield slice(start, len(views))
