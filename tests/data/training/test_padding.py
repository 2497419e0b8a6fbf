"""Rows of various lengths as matrices, within a budget."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from spanferry.data.training.padding import padded, parts

rows = st.lists(st.lists(st.integers(0, 99), min_size=1, max_size=9), min_size=1, max_size=20)


@given(st.lists(st.integers(1, 40), max_size=100).map(sorted), st.integers(1, 200))
def test_parts_are_as_large_as_they_may_be(lengths: list[int], tokens: int) -> None:
    found = list(parts(lengths, tokens))
    assert [number for part in found for number in range(part.start, part.stop)] == list(
        range(len(lengths))
    )
    for part in found:
        size = part.stop - part.start
        assert size == 1 or size * lengths[part.stop - 1] <= tokens
        if part.stop < len(lengths):
            assert (size + 1) * lengths[part.stop] > tokens


@given(rows, st.booleans())
def test_padding_stands_behind(given: list[list[int]], arrays: bool) -> None:
    made = padded([np.array(row) for row in given] if arrays else given, -1)
    assert made.shape == (len(given), max(map(len, given)))
    assert made.dtype == np.int64
    assert [[number for number in row if number != -1] for row in made.tolist()] == given
    assert all(row[: len(own)] == own for row, own in zip(made.tolist(), given, strict=True))
