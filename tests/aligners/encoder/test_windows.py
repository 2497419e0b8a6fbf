"""Windows keep every sub-word once, fit, cut between words, and give words their context."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from spanferry.aligners.encoder.windows import windows

sizes = st.lists(st.integers(1, 9), min_size=1, max_size=60)


def _words(of_words: list[int]) -> np.ndarray:
    return np.repeat(np.arange(len(of_words)), of_words)


@given(sizes, st.integers(1, 24), st.integers(0, 24))
def test_each_subword_is_kept_once_and_every_window_fits(
    of_words: list[int], capacity: int, overlap: int
) -> None:
    words = _words(of_words)
    found = windows(words, capacity, overlap)
    kept = [place for window in found for place in range(window.first, window.last)]
    assert kept == list(range(len(words)))
    for window in found:
        assert 0 <= window.start <= window.first < window.last <= window.end
        assert window.end - window.start <= capacity


@given(sizes, st.integers(9, 24), st.integers(0, 24))
def test_windows_and_what_is_kept_begin_and_end_between_words(
    of_words: list[int], capacity: int, overlap: int
) -> None:
    words = _words(of_words)
    borders = {0, *np.cumsum(of_words).tolist()}
    for window in windows(words, capacity, overlap):
        assert {window.start, window.end, window.first, window.last} <= borders


@given(st.integers(30, 200), st.integers(8, 24))
def test_a_word_has_half_the_overlap_around_it(length: int, capacity: int) -> None:
    overlap = capacity // 2
    for window in windows(np.arange(length), capacity, overlap):
        for place in range(window.first, window.last):
            left = place - window.start if window.start else length
            right = window.end - place - 1 if window.end < length else length
            assert min(left, right) >= (overlap - 1) // 2


def test_a_word_longer_than_a_window_is_cut_and_kept() -> None:
    found = windows(np.array([0, *[1] * 10, 2]), 4, 2)
    assert [place for w in found for place in range(w.first, w.last)] == list(range(12))
    assert max(window.end - window.start for window in found) == 4


def test_a_short_text_is_one_window() -> None:
    (only,) = windows(np.array([0, 0, 1]), 3, 1)
    assert (only.start, only.end, only.first, only.last) == (0, 3, 0, 3)
