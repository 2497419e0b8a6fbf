"""The joint choice of places: an integer linear programme, solved exactly.

    maximise    the sum of the scores of the chosen places
    such that   each span gets one place at most, and spans that keep apart in the source do not
                overlap in the translation

The published T-Projection takes the spans one after the other, in the order of the text, so that an
early span may take the place of a later one that has no other. Spans whose best places do not clash
need no programme; the others are solved together by HiGHS, through SciPy.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations, groupby

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


def _groups(
    places: Sequence[Place], free: Sequence[Sequence[int]], best: Sequence[int | None]
) -> list[list[int]]:
    """Those that cannot all have their best place, with all that any of their places meets."""
    owner = list(range(len(places)))

    def root(k: int) -> int:
        while owner[k] != k:
            owner[k] = owner[owner[k]]
            k = owner[k]
        return k

    for crowd in _crowds(places, [(k, option) for k, own in enumerate(free) for option in own]):
        for j, k in combinations(crowd, 2):
            if root(j) != root(k) and apart(places[j].span, places[k].span):
                owner[root(k)] = root(j)
    clash: set[int] = set()
    for crowd in _crowds(places, [(k, one) for k, one in enumerate(best) if one is not None]):
        for j, k in combinations(crowd, 2):
            if apart(places[j].span, places[k].span):
                clash |= {j, k}
    groups: dict[int, list[int]] = {}
    for k in range(len(places)):
        groups.setdefault(root(k), []).append(k)
    return [group for group in groups.values() if clash & set(group)]


def _crowds(
    places: Sequence[Place], options: Sequence[tuple[int, int]]
) -> Iterator[dict[int, list[int]]]:
    """Options of several spans that share a character: the options of each span.

    Whatever options overlap, the character where the last of them begins is in all of them; so a
    crowd for each character where one begins has all that meet.
    """
    order = sorted((*places[k].options[option][:2], k, option) for k, option in options)
    here: list[tuple[int, int, int, int]] = []
    for start, beginning in groupby(order, key=lambda one: one[0]):
        here = [one for one in here if one[1] > start]
        here += beginning
        crowd: dict[int, list[int]] = {}
        for _, _, k, option in sorted(here, key=lambda one: one[2]):
            crowd.setdefault(k, []).append(option)
        if len(crowd) > 1:
            yield crowd


def _cliques(crowd: Sequence[int], places: Sequence[Place]) -> Iterator[list[int]]:
    """Spans of a crowd that all keep apart; any two that do are together in one of these."""
    open_pairs = {pair for pair in combinations(crowd, 2) if apart(*(places[k].span for k in pair))}
    every = frozenset(open_pairs)
    while open_pairs:
        clique = [*min(open_pairs)]
        for k in crowd:
            if k not in clique and all((min(j, k), max(j, k)) in every for j in clique):
                clique.append(k)
        clique.sort()
        open_pairs -= set(combinations(clique, 2))
        yield clique


def _solve(
    group: Sequence[int], places: Sequence[Place], free: Sequence[Sequence[int]]
) -> list[int | None]:
    from scipy.optimize import Bounds, LinearConstraint, milp
    from scipy.sparse import csr_array

    columns = [(k, option) for k in group for option in free[k]]
    number = {column: n for n, column in enumerate(columns)}
    gain = np.array([places[k].options[o][2] - _TIE * o for k, o in columns])
    rows: list[list[int]] = [[number[k, option] for option in free[k]] for k in group]
    # one row for all that cannot be together: a row a pair would say the same, with many more rows
    # and with fractions that are better than any choice
    for crowd in _crowds(places, columns):
        for clique in _cliques([*crowd], places):
            rows.append([number[k, option] for k in clique for option in crowd[k]])
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
