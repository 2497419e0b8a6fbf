"""Candidate segments of a span: where it could be in the translation (rule 4).

Of the gold spans that have a counterpart of their label in the sentence, the right segment is among
them for 98.2 to 100 % with links of `embedded` and awesome-align, 97.5 to 100 % with those of
SimAlign, and 93 to 95 % (opinion targets) with those of mgiza.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate

import numpy as np
import numpy.typing as npt

from spanferry.data.records import Offsets, Span
from spanferry.projection.sentence import View

Pairs = npt.NDArray[np.int64]

#: Words by which an edge may differ from that of a run.
REACH = 3
#: Words that an edge may jump to reach the next boundary.
JUMP = 8
#: Runs are looked for three times, with words made dearer by these costs: the dearer, the tighter.
#: The number is how many runs are taken each time.
_COSTS = ((0.0, 3), (0.4, 2), (1.2, 2))


class Stretches:
    """Which target words the spans of a text may take, where it is known what translates what.

    Args:
        stretches: source start, source end, target start, target end of each, in characters.
        words: the target words.
    """

    def __init__(
        self, stretches: Sequence[tuple[int, int, int, int]], words: Sequence[Offsets]
    ) -> None:
        self._stretches, self._words = sorted(stretches), words
        # no stretch before one of these ends later than it says
        self._ends = list(accumulate((end for _, end, _, _ in self._stretches), max))

    def closed(self, span: Span, low: int, high: int) -> set[int]:
        """Words `low` to `high` (exclusive) that are not in the translation of a span's sentences.

        A span of which no sentence is known may take any word.
        """
        allowed = []
        for place in range(bisect_right(self._ends, span.start), len(self._stretches)):
            start, end, first, last = self._stretches[place]
            if start >= span.end:
                break
            if end > span.start:
                allowed.append((first, last))
        if not allowed:
            return set()
        return {
            place
            for place in range(low, high)
            if not any(
                self._words[place][0] < last and self._words[place][1] > first
                for first, last in allowed
            )
        }


def segments(view: View, closed: set[int], min_mass: float) -> Pairs:
    """First and last words (inclusive) of candidate segments, [candidates, 2], in text order.

    Args:
        closed: target words that the span must not take.
        min_mass: link mass that a segment must hold.
    """
    low, high = view.low, view.high
    linked = [t for t in (np.flatnonzero(view.inside) + low - 1).tolist() if t not in closed]
    costs = np.array([cost for cost, _ in _COSTS])
    sums = np.zeros((len(costs), len(view.values) + 1))
    np.cumsum(view.values - costs[:, None], axis=1, out=sums[:, 1:])
    found: dict[tuple[int, int], None] = {}
    for (_, most), of_cost in zip(_COSTS, sums.tolist(), strict=True):
        for run in _runs(linked, of_cost, low)[:most]:
            found[run] = None
    # a pair as one number, which sorts and compares as the pair does
    base = view.sentence.target.size + 1
    pairs = {i * base + j for i, _ in found for _, j in found if i <= j}
    for i, j in found:
        starts = [*_near(i, low, high), *_boundary(i, view, -1)]
        ends = [*_near(j, low, high), *_boundary(j, view, 1)]
        pairs.update([a * base + b for a in starts for b in ends if a <= b])
    kept: Pairs = np.stack(np.divmod(np.array(sorted(pairs), np.int64), base), axis=1)
    mass = np.concatenate([[0.0], np.cumsum(view.inside)])
    kept = kept[mass[kept[:, 1] - low + 2] - mass[kept[:, 0] - low + 1] >= min_mass]
    if closed:
        taken = np.array([place in closed for place in range(low - 1, high + 1)], np.int64)
        before = np.concatenate([[0], np.cumsum(taken)])
        kept = kept[before[kept[:, 1] - low + 2] == before[kept[:, 0] - low + 1]]
    return kept


def _runs(linked: Sequence[int], sums: Sequence[float], low: int) -> list[tuple[int, int]]:
    """Disjoint runs of words, best sum first, which begin and end at linked words (Kadane)."""
    runs: list[tuple[float, int, int]] = []
    first, best, last = -1, -np.inf, -1
    for t in linked:
        if first >= 0 and sums[t - low + 1] - sums[first - low + 1] <= 0:
            runs.append((-best, first, last))
            first = -1
        if first < 0:
            first, best, last = t, -np.inf, t
        value = sums[t - low + 2] - sums[first - low + 1]
        if value > best:
            best, last = value, t
    if first >= 0:
        runs.append((-best, first, last))
    return [(i, j) for _, i, j in sorted(runs)]


def _near(edge: int, low: int, high: int) -> range:
    return range(max(low, edge - REACH), min(high, edge + REACH + 1))


def _boundary(edge: int, view: View, step: int) -> list[int]:
    """The nearest word outwards that begins (step -1) or ends a clause, if it is near.

    With its neighbour inwards, as it may be a connective that only the translation has there.
    """
    side = view.sentence.target
    array = side.opens if step < 0 else side.closes
    for word in range(edge, edge + step * (JUMP + 1), step):
        if not view.low <= word < view.high:
            break
        if array[word + 1]:
            inwards = word - step
            return [word, inwards] if view.low <= inwards < view.high else [word]
    return []
