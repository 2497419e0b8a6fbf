"""min_round_trip: chrF of the translation back, and records that never came back."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spanferry.data.records import Record
from spanferry.projection.filters.base import ScoreInput
from spanferry.projection.filters.round_trip import RoundTripFilter

ITEM = ScoreInput(Record("1", "The cat sleeps."), "El gato duerme.", "es", (), (), ())


def score(source: str, back: str | None) -> float | None:
    item = replace(ITEM, record=Record("1", source), back_translation=back)
    return RoundTripFilter().score([item])[0]


def chrf(source: str, back: str) -> float:
    """chrF2 as Popović defines it, for texts of six characters and more without spaces."""
    precisions, recalls = [], []
    for size in range(1, 7):
        ours = [back[i : i + size] for i in range(len(back) - size + 1)]
        theirs = [source[i : i + size] for i in range(len(source) - size + 1)]
        same = sum(min(ours.count(gram), theirs.count(gram)) for gram in set(ours))
        precisions.append(same / len(ours))
        recalls.append(same / len(theirs))
    precision, recall = sum(precisions) / 6, sum(recalls) / 6
    return 5 * precision * recall / (4 * precision + recall) if recall else 0.0


@settings(deadline=None)  # the first call imports sacrebleu
@given(st.text("abc", min_size=6, max_size=12), st.text("abc", min_size=6, max_size=12))
def test_the_score_is_chrf(source: str, back: str) -> None:
    assert score(source, back) == pytest.approx(chrf(source, back), abs=1e-6)


def test_white_space_does_not_count_and_case_does() -> None:
    assert score("The cat sleeps.", "The  cat\nsleeps.") == 1.0
    assert score("The cat sleeps.", "Quiz") == 0.0
    shouted = score("The cat sleeps.", "THE CAT SLEEPS.")
    assert shouted is not None
    assert 0 < shouted < 0.2


def test_a_record_that_never_came_back_is_rejected_where_a_threshold_is_set() -> None:
    assert score("The cat sleeps.", None) is None
    assert not RoundTripFilter(0.4).accept(None)
    assert RoundTripFilter(0).accept(None)


@pytest.mark.parametrize(("value", "accepted"), [(0.399, False), (0.4, True), (1.0, True)])
def test_threshold(value: float, accepted: bool) -> None:
    assert RoundTripFilter(0.4).accept(value) is accepted
    assert RoundTripFilter(0).accept(value)
    assert RoundTripFilter(0.4).rule() == "at least 0.4"
