"""AER, precision and recall against counts made by hand."""

from __future__ import annotations

import pytest

from spanferry.aligners.evaluate import score_links


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
