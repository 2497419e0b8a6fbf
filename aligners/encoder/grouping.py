"""Pairs of about the same size matched at once: padded batches of vectors on the device."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from spanferry.aligners.encoder.windows import Ints
from spanferry.aligners.matchers.base import VectorBatch

if TYPE_CHECKING:
    from torch import Tensor

#: Source units whose padding is worth a batch of its own.
_CLASS = 16


@dataclass(frozen=True, slots=True)
class Budget:
    """What one matching step may hold.

    Args:
        cells: unit pairs, padding included; a method holds about ten numbers for each.
        numbers: of all vectors, padding included.
    """

    cells: int
    numbers: int

    @classmethod
    def of(cls, device: str) -> Budget:
        """On CPU what stays near the processor; on a GPU what keeps it busy."""
        return cls(1 << 18, 1 << 23) if device == "cpu" else cls(1 << 24, 1 << 27)


def groups(sources: Ints, targets: Ints, width: int, budget: Budget) -> Iterator[Ints]:
    """Numbers of pairs that are matched at once; one that exceeds the budget goes alone.

    Args:
        sources, targets: source and target units of each pair.
        width: of the vectors.
    """
    order = np.lexsort((targets, sources // _CLASS))
    rows, columns = sources[order].tolist(), targets[order].tolist()
    start, most = 0, (0, 0)
    for place, (row, column) in enumerate(zip(rows, columns, strict=True)):
        grown = max(most[0], row), max(most[1], column)
        size = place - start + 1
        if size > 1 and (
            size * grown[0] * grown[1] > budget.cells
            or size * (grown[0] + grown[1]) * width > budget.numbers
            or row // _CLASS != rows[start] // _CLASS
            or column > columns[start] + _CLASS
        ):
            yield order[start:place]
            start, grown = place, (row, column)
        most = grown
    if len(order):
        yield order[start:]


def vector_batch(
    table: Tensor,
    starts: tuple[Ints, Ints],
    counts: tuple[Ints, Ints],
    means: tuple[Tensor, Tensor] | None,
) -> VectorBatch:
    """The vectors of some pairs.

    Args:
        table: vectors of all units, [units, width].
        starts, counts: of the source and target units of each pair.
        means: of either language, to be taken away, each [width].
    """
    import torch

    sides = []
    for side in (0, 1):
        count = torch.from_numpy(counts[side]).to(table.device)
        start = torch.from_numpy(starts[side]).to(table.device)
        places = torch.arange(int(counts[side].max()), device=table.device)
        there = places < count[:, None]
        rows = torch.where(there, start[:, None] + places, 0)
        vectors = table[rows]
        if means is not None:
            vectors -= means[side]
        sides.append((vectors.masked_fill_(~there[..., None], 0.0), count))
    (source, sources), (target, targets) = sides
    return VectorBatch(source, target, sources, targets)
