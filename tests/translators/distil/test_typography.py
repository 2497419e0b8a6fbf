"""Typographic marks: one character for one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spanferry.translators.distil.typography import MARKS, curl

texts = st.text(st.sampled_from("ab \"'-.,\n"), max_size=30) | st.text(max_size=30)


@pytest.mark.parametrize(
    ("plain", "typographic"),
    [
        ("She said \"no\" and 'yes'.", "She said “no” and ‘yes’."),
        ("rock 'n' roll", "rock ‘n’ roll"),
        ("They left - at last - in '99", "They left — at last — in ‘99"),
        ("well-known, -5, a -b, 1-2", "well-known, -5, a -b, 1-2"),
        ("- a list", "- a list"),
        ("nothing", "nothing"),
        ("", ""),
    ],
)
def test_marks(plain: str, typographic: str) -> None:
    assert curl(plain) == typographic


@given(texts)
def test_only_marks_change_and_none_moves(text: str) -> None:
    curled = curl(text)
    assert len(curled) == len(text)
    changed = {(old, new) for old, new in zip(text, curled, strict=True) if old != new}
    assert {old for old, _ in changed} <= set("\"'-")
    assert {new for _, new in changed} <= set(MARKS)
    assert '"' not in curled
    assert "'" not in curled
