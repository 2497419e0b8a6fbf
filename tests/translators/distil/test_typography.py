"""Typographic marks: one character for one, and always the same for a text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spanferry.translators.distil.draw import share_of
from spanferry.translators.distil.typography import MARKS, curl, varied

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


@given(texts, st.integers(0, 5), st.floats(0, 1), st.floats(0, 1))
def test_who_changes_at_a_share_does_at_a_higher_one(
    text: str, seed: int, one: float, other: float
) -> None:
    low, high = sorted((one, other))
    assert varied(text, 0.0, seed) == text
    assert varied(text, 1.0, seed) == curl(text)
    assert varied(text, low, seed) in (text, varied(text, high, seed))
    assert varied(text, low, seed) == varied(text, low, seed)


def test_a_share_of_the_texts_changes() -> None:
    texts = [f'No. {number} is "new"' for number in range(4_000)]
    for seed in range(2):
        changed = [varied(text, 0.15, seed) != text for text in texts]
        assert 0.12 < sum(changed) / len(texts) < 0.18
    draws = [share_of(text, 1) for text in texts]
    assert min(draws) >= 0
    assert max(draws) < 1
    assert draws != [share_of(text, 2) for text in texts]
    assert share_of("\ud800", 1) >= 0  # half of a pair, as some corpora hold it
