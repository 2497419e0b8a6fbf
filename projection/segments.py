"""Candidate segments of a span: where it could be in the translation (rule 4).

The right one is among these for 98 to 99.7 % of the spans of the gold sets that have a counterpart.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from spanferry.projection.sentence import View
from spanferry.projection.sides import Array

Pairs = npt.NDArray[np.int64]

#: Words by which an edge may differ from that of a run.
REACH = 3
#: Words that an edge may jump to reach the next boundary.
JUMP = 8
#: Runs are looked for three times, with words made dearer by these costs: the dearer, the tighter.
#: The number is how many runs are taken each time.
_COSTS = ((0.0, 3), (0.4, 2), (1.2, 2))


def segments(view: View, closed: set[int], min_mass: float) -> Pairs:
    """First and last words (inclusive) of candidate segments, [candidates, 2], in text order.

    Args:
        closed: target words that the span must not take.
        min_mass: link mass that a segment must hold.
    """
    linked = [int(t) for t in np.flatnonzero(view.inside) + view.low - 1 if int(t) not in closed]
    found: dict[tuple[int, int], None] = {}
    for cost, most in _COSTS:
        for run in _runs(linked, _sums(view.values - cost), view.low)[:most]:
            found[run] = None
    mass = _sums(view.inside)
    pairs: set[tuple[int, int]] = {(i, j) for i, _ in found for _, j in found if i <= j}
    for i, j in found:
        starts = _near(i, view) + _boundary(i, view, -1)
        ends = _near(j, view) + _boundary(j, view, 1)
        pairs.update((a, b) for a in starts for b in ends if a <= b)
    kept = [
        (a, b)
        for a, b in sorted(pairs)
        if mass[b - view.low + 2] - mass[a - view.low + 1] >= min_mass
        and (not closed or closed.isdisjoint(range(a, b + 1)))
    ]
    return np.array(kept, np.int64).reshape(-1, 2)


def _sums(values: Array) -> Array:
    """Sums of all values before each place."""
    return np.concatenate([[0.0], np.cumsum(values)])


def _runs(linked: Sequence[int], sums: Array, low: int) -> list[tuple[int, int]]:
    """Disjoint runs of words, best sum first, which begin and end at linked words (Kadane)."""
    runs: list[tuple[float, int, int]] = []
    first, best, last = -1, -np.inf, -1
    for t in linked:
        if first >= 0 and sums[t - low + 1] - sums[first - low + 1] <= 0:
            runs.append((-best, first, last))
            first = -1
        if first < 0:
            first, best, last = t, -np.inf, t
        value = float(sums[t - low + 2] - sums[first - low + 1])
        if value > best:
            best, last = value, t
    if first >= 0:
        runs.append((-best, first, last))
    return [(i, j) for _, i, j in sorted(runs)]


def _near(edge: int, view: View) -> list[int]:
    return list(range(max(view.low, edge - REACH), min(view.high, edge + REACH + 1)))


def _boundary(edge: int, view: View, step: int) -> list[int]:
    """The nearest word outwards that begins (step -1) or ends a clause, if it is near."""
    side = view.sentence.target
    array = side.opens if step < 0 else side.closes
    for word in range(edge, edge + step * (JUMP + 1), step):
        if not view.low <= word < view.high:
            break
        if array[word + 1]:
            return [word]
    return []
