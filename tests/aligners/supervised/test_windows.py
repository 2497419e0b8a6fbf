"""Every word is read, with as much around it as fits."""

from __future__ import annotations

from itertools import accumulate, pairwise

from hypothesis import given
from hypothesis import strategies as st

from spanferry.aligners.supervised.windows import context, shares, target_windows

LENGTHS = st.lists(st.integers(1, 8), min_size=1, max_size=60)


@given(LENGTHS, st.integers(16, 60), st.integers(0, 8))
def test_each_word_is_one_windows_own(lengths: list[int], size: int, overlap: int) -> None:
    starts = [0, *accumulate(lengths)]
    windows = target_windows(starts, size, overlap)
    own = [word for w in windows for word in range(w.own_first, w.own_last)]
    assert own == list(range(len(lengths)))
    for window in windows:
        assert window.first <= window.own_first <= window.own_last <= window.last
        assert starts[window.last] - starts[window.first] <= size
    for left, right in pairwise(windows):
        assert left.first < right.first <= left.last < right.last
        assert starts[left.last] - starts[right.first] <= overlap
    if starts[-1] <= size:
        assert len(windows) == 1


@given(LENGTHS, st.integers(8, 60), st.data())
def test_context_holds_the_word_and_fills_the_size(
    lengths: list[int], size: int, data: st.DataObject
) -> None:
    word = data.draw(st.integers(0, len(lengths) - 1))
    starts = [0, *accumulate(lengths)]
    first, last = context(starts, word, size)
    assert 0 <= first <= word < last <= len(lengths)
    held = starts[last] - starts[first]
    assert held <= size
    if starts[-1] > size:  # no word more fits on either side
        more = [lengths[k] for k in (first - 1, last) if 0 <= k < len(lengths)]
        left, right = starts[word] - starts[first], starts[last] - starts[word + 1]
        assert held + max(more) > size or abs(left - right) <= 2 * max(lengths)


@given(st.integers(1, 900), st.integers(1, 900), st.integers(16, 500))
def test_shares_fill_the_room(source: int, target: int, room: int) -> None:
    one, two = shares(source, target, room)
    assert one + two == min(room, source + target)
    assert one >= min(source, room // 2)
    assert two >= min(target, room // 2)
