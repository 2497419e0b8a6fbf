"""Mean vectors of runs of sub-words."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spanferry.aligners.ranges.vectors import means, touched, unit


@st.composite
def _pieces(draw: st.DrawFn) -> np.ndarray:
    """Sub-words in text order, with gaps, some of them sharing their characters."""
    found, place = [], 0
    for _ in range(draw(st.integers(0, 6))):
        start = place + draw(st.integers(0, 2))
        place = start + draw(st.integers(1, 3))
        found += [(start, place)] * draw(st.integers(1, 2))
    return np.array(found, np.int64).reshape(-1, 2)


_ranges = st.lists(
    st.tuples(st.integers(0, 20), st.integers(1, 8)).map(lambda r: (r[0], r[0] + r[1])), max_size=5
)


@given(_pieces(), _ranges)
def test_a_range_has_the_sub_words_that_it_touches(
    pieces: np.ndarray, ranges: list[tuple[int, int]]
) -> None:
    first, last = touched(pieces, ranges)
    for (start, end), a, b in zip(ranges, first, last, strict=True):
        wanted = [k for k, (s, e) in enumerate(pieces) if s < end and start < e]
        assert list(range(a, b)) == wanted


@given(_pieces(), _ranges, st.sampled_from([0.0, 0.5, 0.9]))
def test_means_are_those_of_the_rows(
    pieces: np.ndarray, ranges: list[tuple[int, int]], center: float
) -> None:
    rows = np.random.default_rng(1).normal(size=(len(pieces), 4)).astype(np.float32)
    found = means(rows, pieces, ranges, center=center)
    assert found.shape == (len(ranges), 4)
    for (start, end), vector in zip(ranges, found, strict=True):
        hit = [k for k, (s, e) in enumerate(pieces) if s < end and start < e]
        if not hit:
            assert not vector.any()
            continue
        plain = rows[hit].mean(axis=0) - center * rows.mean(axis=0)
        assert vector == pytest.approx(plain / np.linalg.norm(plain), abs=1e-4)


def test_a_row_of_zeros_stays() -> None:
    assert np.allclose(unit(np.array([[3.0, 4.0], [0.0, 0.0]])), [[0.6, 0.8], [0.0, 0.0]])
