"""Rows of various lengths as matrices, as many at a time as there is room for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt


def parts(lengths: Sequence[int], tokens: int) -> Iterator[slice]:
    """Runs of sorted items, shorter ones first, few enough for a budget; one item at least.

    >>> list(parts([2, 2, 3, 9], 6))
    [slice(0, 2, None), slice(2, 3, None), slice(3, 4, None)]
    """
    start = 0
    for end in range(1, len(lengths) + 1):
        if end == len(lengths) or (end + 1 - start) * lengths[end] > tokens:
            yield slice(start, end)
            start = end


def padded(rows: Sequence[Sequence[int] | npt.NDArray[Any]], padding: int) -> npt.NDArray[np.int64]:
    """Rows as one matrix, [rows, longest]."""
    result = np.full((len(rows), max(map(len, rows))), padding, np.int64)
    for place, row in enumerate(rows):
        result[place, : len(row)] = row
    return result
