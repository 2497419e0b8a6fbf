"""AER, precision, recall, F1 and reliability against counts made by hand."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spanferry.aligners.evaluate import (
    AlignmentScores,
    calibration_error,
    reliability,
    score_by_cutoff,
    score_links,
    score_pair,
)
from spanferry.data.links import Link

cells = st.frozensets(st.tuples(st.integers(0, 4), st.integers(0, 4)), max_size=8)


@pytest.mark.parametrize(
    ("sure", "possible", "found", "aer", "precision", "recall"),
    [
        ({(0, 0)}, set(), {(0, 0)}, 0.0, 1.0, 1.0),
        # possible links cost nothing and gain nothing in recall
        ({(0, 0)}, {(1, 1)}, {(0, 0), (1, 1)}, 0.0, 1.0, 1.0),
        ({(0, 0)}, {(0, 0), (1, 1)}, {(1, 1)}, 0.5, 1.0, 0.0),
        ({(0, 0), (1, 1)}, set(), {(0, 0), (2, 2)}, 0.5, 0.5, 0.5),
        ({(0, 0)}, set(), set(), 1.0, 0.0, 0.0),
        (set(), set(), set(), 0.0, 0.0, 0.0),
    ],
)
def test_score_links(
    sure: set[tuple[int, int]],
    possible: set[tuple[int, int]],
    found: set[tuple[int, int]],
    aer: float,
    precision: float,
    recall: float,
) -> None:
    scores = score_links([(sure, possible, found)])
    assert (scores.aer, scores.precision, scores.recall) == (aer, precision, recall)


def test_sums_go_over_all_pairs() -> None:
    scores = score_links([({(0, 0)}, set(), {(0, 0)}), ({(0, 0), (1, 1), (2, 2)}, set(), {(0, 0)})])
    assert scores.recall == 0.5
    assert scores.pairs == 2


def test_counts() -> None:
    scores = score_pair({(0, 0), (1, 1)}, {(1, 1), (2, 2)}, {(0, 0), (2, 2), (3, 3)})
    assert scores == AlignmentScores(1, 3, 2, 3, 1, 2)
    assert scores.precision == pytest.approx(2 / 3)
    assert scores.recall == 0.5
    assert scores.f1 == pytest.approx(2 * (2 / 3) * 0.5 / (2 / 3 + 0.5))


@settings(max_examples=50)
@given(st.lists(st.tuples(cells, cells, cells), max_size=4))
def test_a_corpus_is_the_sum_of_its_pairs(
    cases: list[tuple[frozenset[tuple[int, int]], ...]],
) -> None:
    whole = score_links((s, p, f) for s, p, f in cases)
    parts = sum((score_links([(s, p, f)]) for s, p, f in cases), AlignmentScores())
    assert whole == parts
    assert 0 <= whole.aer <= 1
    both = (whole.precision, whole.recall)
    assert min(both) - 1e-12 <= whole.f1 <= max(both) + 1e-12  # but for rounding


@settings(max_examples=50)
@given(cells, cells)
def test_without_possible_links_f1_is_one_less_aer(
    sure: frozenset[tuple[int, int]], found: frozenset[tuple[int, int]]
) -> None:
    scores = score_pair(sure, sure, found)
    if sure or found:
        assert scores.f1 == pytest.approx(1 - scores.aer)


LINKS = [Link(0, 0, 0.95), Link(1, 1, 0.5), Link(2, 2, 0.45), Link(3, 3, 1.0)]


def test_cutoffs_keep_links_of_that_score_and_more() -> None:
    rows = score_by_cutoff([({(0, 0)}, {(1, 1)}, LINKS)], (0.4, 0.5, 0.6))
    assert [(cutoff, scores.predicted) for cutoff, scores in rows] == [(0.4, 4), (0.5, 3), (0.6, 2)]


def test_reliability_counts_possible_links_as_right() -> None:
    bins = reliability([({(0, 0)}, {(1, 1)}, LINKS)])
    shown = [(each.low, each.links, each.right) for each in bins]
    assert shown == [(0.4, 1, 0.0), (0.5, 1, 1.0), (0.9, 2, 0.5)]
    assert bins[-1].mean_score == pytest.approx(0.975)
    gaps = [0.45, 0.5, 2 * (0.975 - 0.5)]
    assert calibration_error(bins) == pytest.approx(sum(gaps) / 4)


def test_scores_that_tell_the_truth_have_no_calibration_error() -> None:
    links = [Link(k, 0, 0.25) for k in range(8)]
    assert calibration_error(reliability([({(0, 0), (5, 0)}, set(), links)])) == 0
    assert calibration_error([]) == 0
