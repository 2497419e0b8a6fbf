"""Which pairs an update looks at: sentences of about one length, so that little is padding."""

from __future__ import annotations

from bisect import bisect_right

import numpy as np

from spanferry.data.training.padding import parts
from spanferry.translators.distil.examples import Numbers

#: Pairs that are sorted by length at a time; more save padding, fewer mix better.
_WINDOW = 20_000


class Batches:
    """The pairs of each update: every epoch goes through all, in other company and another order.

    What an update is given depends on the seed and its number alone.

    Args:
        lengths: sub-words of each source and target, [pairs, 2], end tokens included.
        tokens: most sub-words of the longer side of an update, padding counted; a pair that is
            longer is an update of its own.
        seed: of the order.
    """

    def __init__(self, lengths: Numbers, tokens: int, seed: int) -> None:
        self._lengths, self._tokens, self._seed = lengths, tokens, seed
        self._starts = [0]
        self._order: tuple[int, list[Numbers]] = (-1, [])

    def steps(self, epochs: float) -> int:
        """Updates in so many epochs, one at least; an epoch's depend on how its pairs fall."""
        whole = int(epochs)
        while len(self._starts) <= whole + (epochs > whole):
            self._epoch(len(self._starts) - 1)
        rest = epochs - whole
        first = self._starts[whole]
        if rest:
            first += round(rest * (self._starts[whole + 1] - first))
        return max(1, first)

    def numbers(self, step: int) -> Numbers:
        """The numbers of the pairs of an update, the shorter ones first."""
        while step >= self._starts[-1]:
            self._epoch(len(self._starts) - 1)
        epoch = bisect_right(self._starts, step) - 1
        return self._epoch(epoch)[step - self._starts[epoch]]

    def _epoch(self, epoch: int) -> list[Numbers]:
        if self._order[0] == epoch:
            return self._order[1]
        draw = np.random.default_rng([self._seed, epoch])
        shuffled = draw.permutation(len(self._lengths))
        found: list[Numbers] = []
        for start in range(0, len(shuffled), _WINDOW):
            some = shuffled[start : start + _WINDOW]
            longer = self._lengths[some].max(axis=1)
            some = some[np.lexsort((self._lengths[some, 0], longer))]
            sizes = self._lengths[some].max(axis=1).tolist()
            found += [some[part] for part in parts(sizes, self._tokens)]
        batches = [found[number] for number in draw.permutation(len(found))]
        if epoch == len(self._starts) - 1:
            self._starts.append(self._starts[-1] + len(batches))
        self._order = (epoch, batches)
        return batches
