"""Span scores against counts made by hand."""

from __future__ import annotations

import pytest

from spanferry.projection.evaluate import LabelledRange, score_spans

Ranges = set[LabelledRange]


@pytest.mark.parametrize(
    ("gold", "predicted", "precision", "recall", "f1"),
    [
        ({(0, 2, "A")}, {(0, 2, "A")}, 1, 1, 1),
        ({(0, 2, "A")}, {(0, 2, "B")}, 0, 0, 0),
        ({(0, 2, "A")}, {(0, 1, "A")}, 0, 0, 0),
        ({(0, 2, "A")}, {(0, 2, "A"), (3, 4, "A"), (5, 6, "B")}, 1 / 3, 1, 0.5),
        ({(0, 2, "A"), (3, 4, "B")}, set(), 0, 0, 0),
        (set(), set(), 0, 0, 0),
    ],
)
def test_scores(
    gold: Ranges, predicted: Ranges, precision: float, recall: float, f1: float
) -> None:
    total = score_spans([(gold, predicted)]).total
    assert total.precision == pytest.approx(precision)
    assert total.recall == pytest.approx(recall)
    assert total.f1 == pytest.approx(f1)


def test_labels_and_support() -> None:
    report = score_spans(
        [
            ({(0, 2, "PER"), (3, 4, "LOC")}, {(0, 2, "PER")}),
            ({(0, 2, "PER")}, {(0, 2, "PER"), (5, 6, "ORG")}),
        ]
    )
    assert report.records == 2
    assert list(report.labels) == ["LOC", "ORG", "PER"]
    assert (report.labels["PER"].gold, report.labels["PER"].f1) == (2, 1.0)
    assert (report.labels["LOC"].predicted, report.labels["LOC"].recall) == (0, 0.0)
    assert (report.total.gold, report.total.predicted, report.total.correct) == (3, 3, 2)


def test_the_same_span_of_two_texts_counts_twice() -> None:
    case: tuple[Ranges, Ranges] = ({(0, 1, "A")}, {(0, 1, "A")})
    assert score_spans([case, case]).total.correct == 2
