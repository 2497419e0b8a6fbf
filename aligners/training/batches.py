"""Which pairs a step looks at, and their sub-words as padded tensors."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from spanferry.aligners.training.encoder import Specials
from spanferry.aligners.training.tokens import Integers, Side, TokenCache
from spanferry.data.training.loop import step_seed

if TYPE_CHECKING:
    from torch import Tensor

Numbers = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Batch:
    """Pairs that are worked on at a time.

    Args:
        pairs: their sub-words.
        joinable: places of those that objectives over joined pairs may take.
        others: for each joinable one another pair, which joinable ones are drawn from.
    """

    pairs: Sequence[tuple[Side, Side]]
    joinable: Sequence[int]
    others: Sequence[tuple[Side, Side]]


class Batcher:
    """The pairs of each step: every epoch goes through all pairs, in an order of its own.

    What a step is given depends on the seed and the step alone.

    Args:
        cache: the pairs.
        size: pairs a step.
        tokens: see `FinetuneSettings.batch_tokens`.
        longest_joined: sub-words of the longest side that may be joined to another.
        seed: of the order, and of the other pairs.
    """

    def __init__(
        self, cache: TokenCache, *, size: int, tokens: int, longest_joined: int, seed: int
    ) -> None:
        self.cache, self.size, self.tokens, self.seed = cache, size, tokens, seed
        lengths = cache.lengths()
        self._cost = (lengths.sum(axis=1) + 4).astype(np.int32)
        self._can_join = lengths.max(axis=1, initial=0) <= longest_joined
        self.joinable: Numbers = np.flatnonzero(self._can_join)
        self._order: tuple[int, npt.NDArray[np.integer]] = (-1, np.zeros(0, np.int32))

    def batches(self, step: int) -> list[Batch]:
        """The pairs of a step, shorter ones first, in parts of few enough sub-words."""
        numbers = self.numbers(step)
        numbers = numbers[np.argsort(self._cost[numbers], kind="stable")]
        draw = np.random.default_rng(step_seed(self.seed, step))
        return [self._batch(part, draw) for part in self._parts(numbers)]

    def numbers(self, step: int) -> Numbers:
        """The numbers of a step's pairs, in the order of the epoch."""
        count = len(self.cache)
        places = np.arange(step * self.size, (step + 1) * self.size)
        return np.array([self._epoch(int(k) // count)[int(k) % count] for k in places], np.int64)

    def _epoch(self, epoch: int) -> npt.NDArray[np.integer]:
        if self._order[0] != epoch:
            draw = np.random.default_rng([self.seed, epoch])
            self._order = (epoch, draw.permutation(np.arange(len(self.cache), dtype=np.int32)))
        return self._order[1]

    def _parts(self, numbers: Numbers) -> Iterator[Numbers]:
        """Runs of pairs; the last one of a run is its longest."""
        start = 0
        for end in range(1, len(numbers) + 1):
            if (end + 1 - start) * self._cost[numbers[min(end, len(numbers) - 1)]] > self.tokens:
                yield numbers[start:end]
                start = end
        if start < len(numbers):
            yield numbers[start:]

    def _batch(self, numbers: Numbers, draw: np.random.Generator) -> Batch:
        joinable = np.flatnonzero(self._can_join[numbers])
        others = []
        if len(self.joinable) > 1:
            # any but the pair itself: one place is left out of those that are drawn from
            own = np.searchsorted(self.joinable, numbers[joinable])
            drawn = draw.integers(len(self.joinable) - 1, size=len(joinable))
            others = self.joinable[drawn + (drawn >= own)].tolist()
        return Batch(
            [self.cache.pair(int(number)) for number in numbers],
            joinable.tolist(),
            [self.cache.pair(number) for number in others],
        )


def wrapped(specials: Specials, *sides: Side) -> Integers:
    """Sub-words of one sentence or of several joined ones, special ones around each."""
    return np.concatenate(
        [part for side in sides for part in ([specials.first], side.ids, [specials.last])]
    ).astype(np.int32)


def padded(rows: Sequence[Integers], padding: int) -> Tensor:
    """Rows as one tensor [rows, longest], int64."""
    import torch

    result = np.full((len(rows), max(map(len, rows))), padding, np.int64)
    for place, row in enumerate(rows):
        result[place, : len(row)] = row
    return torch.from_numpy(result)
