"""Where all spans of a record go, against a search through all choices."""

from __future__ import annotations

from itertools import combinations, product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spanferry.data.records import Span
from spanferry.projection.joint import LEAST, NO_PLACE, Choices, apart, decide, log_probabilities


@st.composite
def choices(draw: st.DrawFn, least: int = 1, most: int = 3) -> list[Choices]:
    """Some spans, few words and many clashes."""
    found = []
    for number in range(draw(st.integers(least, most))):
        start = draw(st.integers(0, 6))
        end = draw(st.integers(start + 1, 8))
        ranges = st.tuples(st.integers(0, 4), st.integers(0, 2)).map(lambda r: (r[0], sum(r)))
        pairs = sorted(draw(st.sets(ranges, max_size=5)))
        scores = draw(st.lists(st.floats(-9, 0), min_size=len(pairs), max_size=len(pairs)))
        logs = log_probabilities(np.array(scores)) if pairs else np.zeros(0)
        table = np.array(pairs, np.int64).reshape(-1, 2)
        found.append(Choices(Span(start, end, "X", f"s{number}"), table, logs))
    return found


def meet(one: Choices, a: int, other: Choices, b: int) -> bool:
    (i, j), (k, m) = one.pairs[a], other.pairs[b]
    return bool(i <= m and k <= j)


def allowed(of: list[Choices], chosen: tuple[int | None, ...]) -> bool:
    placed = [(c, k) for c, k in zip(of, chosen, strict=True) if k is not None]
    return not any(
        apart(one.span, other.span) and meet(one, a, other, b)
        for (one, a), (other, b) in combinations(placed, 2)
    )


def value(of: list[Choices], chosen: tuple[int | None, ...]) -> float:
    return sum(
        NO_PLACE if k is None else float(c.logs[k])
        for c, k in zip(of, chosen, strict=True)
        if len(c.logs)
    )


def exhaustive(of: list[Choices]) -> float:
    """The value of the best choice among candidates that are likely enough."""
    options: list[list[int | None]] = [
        [None, *(k for k in range(len(c.logs)) if c.logs[k] >= c.logs.max() + LEAST)] for c in of
    ]
    return max(value(of, chosen) for chosen in product(*options) if allowed(of, chosen))


@settings(max_examples=200, deadline=None)
@given(choices())
def test_the_decision_is_the_best_of_all(of: list[Choices]) -> None:
    chosen = tuple(decide(of))
    assert allowed(of, chosen)
    assert value(of, chosen) == pytest.approx(exhaustive(of))


@settings(max_examples=200, deadline=None)
@given(choices(most=6), st.data())
def test_the_order_does_not_matter(of: list[Choices], data: st.DataObject) -> None:
    order = data.draw(st.permutations(range(len(of))))
    chosen = decide(of)
    assert decide([of[k] for k in order]) == [chosen[k] for k in order]


@settings(max_examples=60, deadline=None)
@given(choices(least=5, most=9))
def test_nobody_gets_a_word_that_another_has(of: list[Choices]) -> None:
    chosen = tuple(decide(of))
    assert allowed(of, chosen)
    # no worse than the surest first, each with the best that is left
    greedy: list[int | None] = [None] * len(of)
    for k in sorted(range(len(of)), key=lambda k: -of[k].logs.max(initial=-np.inf)):
        for option in np.argsort(-of[k].logs, kind="stable").tolist():
            greedy[k] = option
            if of[k].logs[option] >= of[k].logs.max() + LEAST and allowed(of, tuple(greedy)):
                break
            greedy[k] = None
    assert value(of, chosen) >= value(of, tuple(greedy)) - 1e-9


def one(start: int, end: int, id: str, *candidates: tuple[int, int, float]) -> Choices:
    pairs = np.array([(i, j) for i, j, _ in candidates], np.int64)
    return Choices(Span(start, end, "X", id), pairs, np.log([p for _, _, p in candidates]))


def test_spans_that_overlap_in_the_source_may_overlap() -> None:
    outer, inner = one(0, 9, "a", (0, 3, 0.9)), one(4, 6, "b", (1, 1, 0.9))
    assert decide([outer, inner]) == [0, 0]
    assert decide([outer, one(9, 12, "b", (1, 1, 0.8))]) == [0, None]


def test_the_surer_span_does_not_always_win() -> None:
    # the first could go elsewhere at little cost, the second could not
    first = one(0, 3, "a", (0, 0, 0.6), (5, 5, 0.4))
    second = one(4, 7, "b", (0, 0, 0.5))
    assert decide([first, second]) == [1, 0]


def test_probabilities_sum_to_one() -> None:
    assert np.exp(log_probabilities(np.array([1000.0, 1001.0, 990.0]))).sum() == pytest.approx(1)
