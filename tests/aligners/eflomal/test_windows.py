"""Windows of long sentence pairs: each word aligned, each link taken once."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from spanferry.aligners.eflomal.windows import windows

sizes = st.integers(1, 200)


@given(sizes, sizes, st.integers(4, 60))
@settings(max_examples=60)
def test_every_word_is_kept_somewhere_and_no_window_is_too_long(
    source: int, target: int, longest: int
) -> None:
    made = list(windows(source, target, longest))
    longer, shorter = max(source, target), min(source, target)
    seen: list[int] = []
    for window in made:
        sides = (window.source, window.target) if source >= target else (
            window.target, window.source)  # fmt: skip
        assert 0 <= sides[0][0] < sides[0][1] <= longer
        assert 0 <= sides[1][0] < sides[1][1] <= shorter
        assert all(end - start <= longest for start, end in sides)
        kept = window.kept_source if source >= target else window.kept_target
        assert sides[0][0] <= kept[0] < kept[1] <= sides[0][1]
        seen += range(*kept)
    assert seen == list(range(longer))  # so a link is taken from one window and no other


@given(sizes, st.integers(4, 60))
def test_the_diagonal_lies_within_the_windows(size: int, longest: int) -> None:
    for window in windows(size, size, longest):
        assert window.source == window.target


def test_a_short_pair_is_one_window() -> None:
    (window,) = windows(3, 5, 8)
    assert (window.source, window.target) == ((0, 3), (0, 5))
    assert all(window.keeps(i, j) for i in range(3) for j in range(5))
