"""The joint choice of places against a search through all choices."""

from __future__ import annotations

from itertools import combinations, product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spanferry.data.records import ProjectedSpan, Span
from spanferry.projection.base import ProjectionInput
from spanferry.projection.joint import apart
from spanferry.projection.methods.assignment import Place, _cliques, assign

pytest.importorskip("scipy")


def _overlap(one: tuple[int, int, float], other: tuple[int, int, float]) -> bool:
    return one[0] < other[1] and other[0] < one[1]


def _allowed(places: list[Place], chosen: tuple[int | None, ...]) -> bool:
    taken = [(p, p.options[k]) for p, k in zip(places, chosen, strict=True) if k is not None]
    return not any(
        apart(one.span, other.span) and _overlap(a, b)
        for n, (one, a) in enumerate(taken)
        for other, b in taken[:n]
    )


def _total(places: list[Place], chosen: tuple[int | None, ...]) -> float:
    pairs = zip(places, chosen, strict=True)
    return sum(place.options[k][2] for place, k in pairs if k is not None)


@st.composite
def _places(draw: st.DrawFn) -> list[Place]:
    places = []
    for n in range(draw(st.integers(1, 5))):
        start = draw(st.integers(0, 12))
        span = Span(start, start + draw(st.integers(1, 4)), "X", f"s{n}")
        starts = draw(st.lists(st.integers(0, 10), max_size=4))
        options = [
            (at, at + draw(st.integers(1, 5)), draw(st.integers(1, 100)) / 100) for at in starts
        ]
        places.append(Place(span, options))
    return places


@given(_places())
@settings(max_examples=150, deadline=None)
def test_no_other_choice_is_better(places: list[Place]) -> None:
    chosen = tuple(assign(places))
    assert _allowed(places, chosen)
    every = product(*[[None, *range(len(place.options))] for place in places])
    best = max(_total(places, one) for one in every if _allowed(places, one))
    assert _total(places, chosen) == pytest.approx(best, abs=1e-5)


@given(_places())
@settings(max_examples=100, deadline=None)
def test_cliques_hold_all_that_keep_apart_and_nothing_else(places: list[Place]) -> None:
    found = list(_cliques(range(len(places)), places))
    together = {pair for clique in found for pair in combinations(clique, 2)}
    assert together == {
        (j, k)
        for j, k in combinations(range(len(places)), 2)
        if apart(places[j].span, places[k].span)
    }


@given(_places(), st.randoms())
@settings(max_examples=50, deadline=None)
def test_the_order_of_the_spans_changes_nothing_of_the_sum(places: list[Place], random) -> None:  # type: ignore[no-untyped-def]
    other = list(places)
    random.shuffle(other)
    one, two = tuple(assign(places)), tuple(assign(other))
    assert _total(places, one) == pytest.approx(_total(other, two), abs=1e-5)


def test_a_span_leaves_its_best_place_to_one_that_has_no_other() -> None:
    # first come, first served would give the first span its best place and the second one none
    first = Place(Span(0, 2, "X", "a"), [(0, 5, 0.9), (6, 9, 0.8)])
    second = Place(Span(3, 5, "X", "b"), [(0, 5, 0.6)])
    assert assign([first, second]) == [1, 0]


def test_of_equal_places_the_first_is_taken() -> None:
    one = Place(Span(0, 2, "X", "a"), [(4, 6, 0.5), (0, 2, 0.5)])
    other = Place(Span(3, 5, "X", "b"), [(4, 6, 0.5), (0, 2, 0.5)])
    assert assign([one]) == [0]
    assert sorted(map(int, filter(lambda k: k is not None, assign([one, other])))) == [0, 1]  # type: ignore[arg-type]


def test_spans_that_overlap_in_the_source_may_share_a_place() -> None:
    outer = Place(Span(0, 9, "X", "a"), [(0, 9, 0.9)])
    inner = Place(Span(2, 5, "X", "b"), [(3, 6, 0.4)])
    assert assign([outer, inner]) == [0, 0]


def test_a_place_that_another_method_gave_away_is_not_free() -> None:
    spans = (Span(0, 2, "X", "a"), Span(3, 5, "X", "b"))
    done = ProjectedSpan(0, 5, "X", "a", source_span="a")
    item = ProjectionInput("ab cd", spans, "cdcdc ababa", [], [], [], placed=(done,))
    assert assign([Place(spans[1], [(0, 5, 0.9), (6, 9, 0.1)])], item) == [1]
    assert assign([Place(spans[1], [(0, 5, 0.9)])], item) == [None]
