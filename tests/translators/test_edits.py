"""Ranges on both sides of a changed text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spanferry.translators.edits import Edits

TEXT = "see https://x.org now"
URL = (4, 17)


@pytest.mark.parametrize(
    ("old", "new"),
    [((0, 3), (0, 3)), (URL, (4, 6)), ((18, 21), (7, 10)), ((0, 21), (0, 10))],
)
def test_whole_ranges_go_both_ways(old: tuple[int, int], new: tuple[int, int]) -> None:
    edits = Edits(TEXT, [(*URL, "X1")])
    assert edits.text == "see X1 now"
    assert edits.to_new(*old) == new
    assert edits.to_old(*new) == old


def test_a_part_of_a_change_is_all_of_it() -> None:
    edits = Edits(TEXT, [(*URL, "X1")])
    assert edits.to_new(6, 9) == (4, 6)
    assert edits.to_old(5, 6) == URL
    assert edits.to_old(0, 5) == (0, 17)


def test_what_is_gone_has_no_range() -> None:
    edits = Edits("# Good day", [(0, 2, "")])
    assert edits.to_new(0, 2) is None
    assert edits.to_new(0, 6) == (0, 4)
    assert edits.to_old(0, 4) == (2, 6)


def test_what_is_put_in_is_in_no_range() -> None:
    edits = Edits("so good", [(0, 0, "<p>"), (3, 3, "<b>"), (7, 7, "</b></p>")])
    assert edits.text == "<p>so <b>good</b></p>"
    assert edits.to_new(0, 2) == (3, 5)
    assert edits.to_new(3, 7) == (9, 13)
    assert edits.to_old(9, 13) == (3, 7)
    assert edits.to_old(0, 3) is None


@given(st.text("ab ", min_size=1, max_size=20), st.data())
def test_ranges_stay_within_the_texts(text: str, data: st.DataObject) -> None:
    cuts = sorted(data.draw(st.lists(st.integers(0, len(text)), max_size=6)))
    changes = [
        (a, b, data.draw(st.sampled_from(["", "X", "XYZ"])))
        for a, b in zip(cuts[::2], cuts[1::2], strict=False)
    ]
    edits = Edits(text, changes)
    for mapped, size, most in (
        (edits.to_new, len(text), len(edits.text)),
        (edits.to_old, len(edits.text), len(text)),
    ):
        for start in range(size):
            for end in range(start + 1, size + 1):
                found = mapped(start, end)
                assert found is None or 0 <= found[0] < found[1] <= most
