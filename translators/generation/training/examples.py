"""Examples as sub-words, and which of them an update looks at."""

from __future__ import annotations

import hashlib
import json
from array import array
from collections import Counter
from collections.abc import Iterable
from itertools import islice

import numpy as np
import numpy.typing as npt

from spanferry.translators.generation.training.checkpoint import TextToText

Ids = npt.NDArray[np.int32]
Numbers = npt.NDArray[np.int64]
_CHUNK = 1024
#: Batches that are cut out of neighbours by length; more save padding, fewer mix better.
_WINDOW = 50
#: Where no loss is computed, in place of an id.
IGNORED = -100


class Examples:
    """Inputs and outputs as ids, four bytes a sub-word.

    Args:
        pairs: input and output text; gone through once.
        longest: sub-words of an input or an output, the end token included; longer ones are left
            out and counted in `skipped`.
    """

    def __init__(self, pairs: Iterable[tuple[str, str]], model: TextToText, longest: int) -> None:
        self.skipped: Counter[str] = Counter()
        self._ids = array("i")
        self._ends = array("q", [0])
        digest = hashlib.sha256()
        stream = iter(pairs)
        while chunk := list(islice(stream, _CHUNK)):
            digest.update(json.dumps(chunk).encode())
            sides = [model.encode(list(texts)) for texts in zip(*chunk, strict=True)]
            for source, target in zip(*sides, strict=True):
                if max(len(source), len(target)) > longest:
                    self.skipped["too_long"] += 1
                    continue
                for side in (source, target):
                    self._ids.extend(side)
                    self._ends.append(len(self._ids))
        self.digest = digest.hexdigest()

    def __len__(self) -> int:
        return len(self._ends) // 2

    def pair(self, number: int) -> tuple[Ids, Ids]:
        """Ids of the input and of the output, the end token included."""
        first, middle, last = self._ends[2 * number : 2 * number + 3]
        ids = np.frombuffer(self._ids, np.int32)
        return ids[first:middle], ids[middle:last]

    def lengths(self) -> Numbers:
        """Sub-words of each input and output, [examples, 2]."""
        ends = np.frombuffer(self._ends, np.int64)
        return np.diff(ends).reshape(-1, 2)


class Batches:
    """The examples of each update: every epoch goes through all, in an order of its own.

    An update looks at examples of about one length. What it is given depends on the seed and its
    number alone.

    Args:
        lengths: see `Examples.lengths`.
        size: examples an update.
        seed: of the order.
    """

    def __init__(self, lengths: Numbers, size: int, seed: int) -> None:
        self._costs, self._size, self._seed = lengths.sum(axis=1), size, seed
        self._order: tuple[int, list[Numbers]] = (-1, [])

    @property
    def steps(self) -> int:
        """Updates in an epoch; the last one may look at fewer examples."""
        return -(-len(self._costs) // self._size)

    def numbers(self, step: int) -> Numbers:
        """The numbers of the examples of an update, the shorter ones first."""
        epoch, place = divmod(step, self.steps)
        if self._order[0] != epoch:
            self._order = (epoch, self._epoch(epoch))
        return self._order[1][place]

    def _epoch(self, epoch: int) -> list[Numbers]:
        draw = np.random.default_rng([self._seed, epoch])
        shuffled = draw.permutation(len(self._costs))
        batches: list[Numbers] = []
        window = self._size * _WINDOW
        for start in range(0, len(shuffled), window):
            some = shuffled[start : start + window]
            some = some[np.argsort(self._costs[some], kind="stable")]
            batches += [some[at : at + self._size] for at in range(0, len(some), self._size)]
        return [batches[number] for number in draw.permutation(len(batches))]
