"""Calibration error and the surest part, on numbers that can be counted."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spanferry.projection.reliability import reliability


def test_bins_hold_what_was_said_and_what_was_right() -> None:
    found = reliability([0.05, 0.05, 0.55, 0.999, 1.0], [False, True, True, True, True])
    assert [one.number for one in found.bins] == [2, 0, 0, 0, 0, 1, 0, 0, 0, 2]
    first, last = found.bins[0], found.bins[9]
    assert (first.low, first.high, first.said, first.right) == (0.0, 0.1, 0.05, 0.5)
    assert (last.high, last.right) == (1.0, 1.0)
    assert found.error == pytest.approx((2 * 0.45 + 0.45 + 2 * 0.0005) / 5)
    # four of five: all but one of the two of 0.05, the second one
    assert found.surest == 0.75


def test_one_span_is_the_surest_one_and_none_is_an_error() -> None:
    assert reliability([0.3], [True]).surest == 1.0
    with pytest.raises(ValueError, match="no spans"):
        reliability([], [])


def test_confidences_that_are_true_have_no_error() -> None:
    scores = np.repeat([0.25, 0.75], 400)
    right = np.concatenate([np.arange(400) < 100, np.arange(400) < 300])
    assert reliability(scores, right).error == pytest.approx(0)


@given(st.lists(st.tuples(st.floats(0, 1), st.booleans()), min_size=1, max_size=30))
def test_bins_cover_all_and_the_error_is_a_share(cases: list[tuple[float, bool]]) -> None:
    found = reliability(*map(list, zip(*cases, strict=True)))  # type: ignore[arg-type]
    assert sum(one.number for one in found.bins) == len(cases)
    assert 0 <= found.error <= 1
    assert sum(one.number * one.right for one in found.bins) == pytest.approx(
        sum(right for _, right in cases)
    )
