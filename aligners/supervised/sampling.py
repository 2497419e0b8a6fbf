"""Which examples a step looks at: each epoch goes through all of them, in an order of its own."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

#: Steps whose examples are sorted by length among themselves, which saves padding.
_POOL = 32


class Sampler:
    """The examples of a step depend on the seed and the step alone.

    Args:
        lengths: of all examples.
        rows: examples of a step; fewer in the last step of an epoch.
        seed: of the order.
    """

    def __init__(self, lengths: Sequence[int], rows: int, seed: int) -> None:
        self.lengths = np.array(lengths)
        self.rows, self.seed = rows, seed
        self.steps = -(-len(lengths) // rows)
        self._epoch: tuple[int, list[list[int]]] = (-1, [])

    def numbers(self, step: int) -> list[int]:
        """The numbers of a step's examples."""
        epoch, place = divmod(step, self.steps)
        if self._epoch[0] != epoch:
            self._epoch = (epoch, self._order(epoch))
        return self._epoch[1][place]

    def _order(self, epoch: int) -> list[list[int]]:
        draw = np.random.default_rng([self.seed, epoch])
        order = draw.permutation(len(self.lengths))
        steps: list[list[int]] = []
        for start in range(0, len(order), _POOL * self.rows):
            pool = order[start : start + _POOL * self.rows]
            pool = pool[np.argsort(self.lengths[pool], kind="stable")]
            steps += [pool[k : k + self.rows].tolist() for k in range(0, len(pool), self.rows)]
        return [steps[int(k)] for k in draw.permutation(len(steps))]
