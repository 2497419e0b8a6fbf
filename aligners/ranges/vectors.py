"""Mean vectors of runs of sub-words, all of a text at once."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from spanferry.data.records import Offsets

Vectors = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int64]


def unit(vectors: npt.NDArray[np.floating]) -> Vectors:
    """Rows of length 1; a row of zeros stays."""
    length = np.sqrt(np.square(vectors, dtype=np.float64).sum(axis=-1, keepdims=True))
    found = np.divide(vectors, length, out=np.zeros(vectors.shape), where=length > 0)
    return np.asarray(found, np.float32)


def touched(pieces: Ints, ranges: Sequence[Offsets]) -> tuple[Ints, Ints]:
    """The first sub-word that each range touches, and the one behind its last.

    Args:
        pieces: start and end of each sub-word in text order, [sub-words, 2].

    >>> touched(np.array([[0, 3], [3, 5], [6, 9]]), [(0, 5), (4, 7), (5, 6)])
    (array([0, 1, 2]), array([2, 3, 2]))
    """
    wanted = np.array(ranges, np.int64).reshape(-1, 2)
    first = np.searchsorted(pieces[:, 1], wanted[:, 0], side="right")
    last = np.searchsorted(pieces[:, 0], wanted[:, 1], side="left")
    return first.astype(np.int64), last.astype(np.int64)


def means(rows: Vectors, pieces: Ints, ranges: Sequence[Offsets], *, center: float) -> Vectors:
    """The mean of the sub-words of each range, of length 1; 0 for a range without sub-words.

    Sums of runs are differences of running sums, so that a text with n sub-words and any number of
    ranges takes n additions.

    Args:
        rows: vectors of the sub-words, [sub-words, width].
        pieces: start and end of each, in characters, [sub-words, 2].
        center: share of the mean of all rows that is taken away.
    """
    first, last = touched(pieces, ranges)
    running = np.zeros((len(rows) + 1, rows.shape[1]))
    np.cumsum(rows, axis=0, dtype=np.float64, out=running[1:])
    count = np.maximum(last - first, 0)
    found = (running[np.maximum(first, last)] - running[first]) / np.maximum(count, 1)[:, None]
    if len(rows):
        found -= center * running[-1] / len(rows)
    found[count == 0] = 0
    return unit(found)
