"""The joint choice of places: an integer linear programme, solved exactly.

    maximise    the sum of the scores of the chosen places
    such that   each span gets one place at most, and spans that keep apart in the source do not
                overlap in the translation

The published T-Projection takes the spans one after the other, in the order of the text, so that an
early span may take the place of a later one that has no other. Spans whose best places do not clash
need no programme; the others are solved together by HiGHS, through SciPy.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from spanferry.data.records import Span
from spanferry.projection.base import ProjectionInput
from spanferry.projection.joint import apart
from spanferry.projection.placed import taken

#: What makes the earlier of two equal places the better one.
_TIE = 1e-7


@dataclass(frozen=True, slots=True)
class Place:
    """What a span, or a fragment of one, could get.

    Args:
        span: of one range.
        options: start, end and score of its places, in characters; scores above 0.
    """

    span: Span
    options: Sequence[tuple[int, int, float]]


def assign(places: Sequence[Place], item: ProjectionInput | None = None) -> list[int | None]:
    """The option that each gets; None where it has none, or finds all of them taken.

    Args:
        item: whose `placed` spans keep their places.
    """
    free = [_free(place, item) for place in places]
    chosen = [_best(place, options) for place, options in zip(places, free, strict=True)]
    for group in _groups(places, free, chosen):
        for k, option in zip(group, _solve(group, places, free), strict=True):
            chosen[k] = option
    return chosen


def _free(place: Place, item: ProjectionInput | None) -> list[int]:
    """The options that no span has that was placed before."""
    ranges = [] if item is None else taken(item, place.span)
    return [
        k
        for k, (start, end, _) in enumerate(place.options)
        if not any(first < end and start < last for first, last in ranges)
    ]


def _best(place: Place, options: Sequence[int]) -> int | None:
    return max(options, key=lambda k: (place.options[k][2], -k)) if options else None


def _overlap(one: tuple[int, int, float], other: tuple[int, int, float]) -> bool:
    return one[0] < other[1] and other[0] < one[1]


def _groups(
    places: Sequence[Place], free: Sequence[Sequence[int]], best: Sequence[int | None]
) -> list[list[int]]:
    """Those that cannot all have their best place, with all that any of their places meets."""
    n = len(places)
    owner = list(range(n))

    def root(k: int) -> int:
        while owner[k] != k:
            owner[k] = owner[owner[k]]
            k = owner[k]
        return k

    reach = [
        (
            min((places[k].options[o][0] for o in free[k]), default=0),
            max((places[k].options[o][1] for o in free[k]), default=0),
        )
        for k in range(n)
    ]
    clash: set[int] = set()
    for k in range(n):
        for j in range(k):
            if reach[j][1] <= reach[k][0] or reach[k][1] <= reach[j][0]:
                continue
            if not apart(places[j].span, places[k].span):
                continue
            if any(_overlap(places[j].options[a], places[k].options[b])
                   for a in free[j] for b in free[k]):  # fmt: skip
                owner[root(k)] = root(j)
            a, b = best[j], best[k]
            if a is None or b is None:
                continue
            if _overlap(places[j].options[a], places[k].options[b]):
                clash |= {j, k}
    groups: dict[int, list[int]] = {}
    for k in range(n):
        groups.setdefault(root(k), []).append(k)
    return [group for group in groups.values() if clash & set(group)]


def _solve(
    group: Sequence[int], places: Sequence[Place], free: Sequence[Sequence[int]]
) -> list[int | None]:
    from scipy.optimize import Bounds, LinearConstraint, milp
    from scipy.sparse import csr_array

    columns = [(k, option) for k in group for option in free[k]]
    number = {column: n for n, column in enumerate(columns)}
    gain = np.array([places[k].options[o][2] - _TIE * o for k, o in columns])
    rows: list[list[int]] = [[number[k, option] for option in free[k]] for k in group]
    for x, k in enumerate(group):
        for j in group[:x]:
            if apart(places[j].span, places[k].span):
                for a in free[j]:
                    # one row a place: it and all places of the other span that it meets
                    met = [number[k, b] for b in free[k]
                           if _overlap(places[j].options[a], places[k].options[b])]  # fmt: skip
                    rows += [[number[j, a], *met]] if met else []
    indexes = np.array([column for row in rows for column in row])
    starts = np.cumsum([0, *map(len, rows)])
    matrix = csr_array((np.ones(len(indexes)), indexes, starts), shape=(len(rows), len(columns)))
    result = milp(
        -gain,
        integrality=np.ones(len(columns)),
        bounds=Bounds(0, 1),
        constraints=LinearConstraint(matrix, ub=np.ones(len(rows))),
        options={"mip_rel_gap": 0},  # the best choice, and not one that is nearly as good
    )
    if result.x is None:
        raise RuntimeError(f"no choice of places was found: {result.message}")
    found = {columns[n][0]: columns[n][1] for n in np.flatnonzero(result.x > 0.5)}
    return [found.get(k) for k in group]
