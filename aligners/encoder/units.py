"""What is matched, of many texts: sub-words or words, and the rows of their vectors."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from spanferry.aligners.encoder.windows import Ints

if TYPE_CHECKING:
    from torch import Tensor


@dataclass(frozen=True, slots=True)
class Units:
    """Units of all texts, one behind the other.

    Args:
        starts: row of each text's first unit, and the number of all at the end: [texts + 1].
        words: word of each unit in its text, [units].
    """

    starts: Ints
    words: Ints

    @classmethod
    def of_texts(cls, words: Sequence[Ints]) -> Units:
        """From the words of each text's units."""
        starts = np.zeros(len(words) + 1, dtype=np.int64)
        np.cumsum([len(text) for text in words], out=starts[1:])
        return cls(starts, np.concatenate([np.zeros(0, np.int64), *words]))

    @property
    def counts(self) -> Ints:
        """Units of each text."""
        return np.diff(self.starts)

    def by_word(self) -> tuple[Units, Ints]:
        """One unit for each word that has any, and how many of the old each is made of."""
        new = np.ones(len(self.words), dtype=bool)
        new[1:] = self.words[1:] != self.words[:-1]
        new[self.starts[:-1][self.counts > 0]] = True
        first = np.flatnonzero(new)
        sizes = np.diff(np.append(first, len(self.words)))
        starts = np.searchsorted(first, self.starts)
        return Units(starts.astype(np.int64), self.words[first]), sizes


def mean(vectors: Tensor, sizes: Ints) -> Tensor:
    """The mean of each run of rows, as many as `sizes` says."""
    import torch

    lengths = torch.from_numpy(sizes).to(vectors.device)
    return torch.segment_reduce(vectors, "mean", lengths=lengths)
