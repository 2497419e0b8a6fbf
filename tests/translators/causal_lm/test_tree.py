"""Texts in rows: each sees itself alone, and what several share is there once."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from spanferry.translators.causal_lm.tree import Row, Text, one_row, rows


@st.composite
def texts(draw: st.DrawFn) -> list[Text]:
    """Texts of few different tokens, so that many begin alike."""
    token = st.integers(0, 2)
    found = draw(st.lists(st.lists(token, min_size=2, max_size=7), max_size=12))
    return [
        Text(number, tuple(tokens), draw(st.integers(1, len(tokens) - 1)))
        for number, tokens in enumerate(found)
    ]


def checked(row: Row) -> None:
    seen = row.mask()
    for text, path in zip(row.texts, row.paths, strict=True):
        assert tuple(row.tokens[node] for node in path) == text.tokens
        assert [row.depths[node] for node in path] == list(range(len(path)))
        for depth, node in enumerate(path):
            assert np.flatnonzero(seen[node]).tolist() == path[: depth + 1]
        assert row.asked >= set(path[text.start - 1 : -1])


@given(texts())
def test_a_row_holds_each_beginning_once(given: list[Text]) -> None:
    row = one_row(given)
    checked(row)
    beginnings = {text.tokens[:end] for text in given for end in range(1, len(text.tokens) + 1)}
    assert len(row) == len(beginnings)
    asked = {t.tokens[:end] for t in given for end in range(t.start, len(t.tokens))}
    assert len(row.asked) == len(asked)


@given(texts(), st.integers(1, 20), st.integers(1, 12))
def test_rows_keep_to_their_limits_and_lose_nothing(
    given: list[Text], tokens: int, predictions: int
) -> None:
    found = rows(given, tokens, predictions)
    assert sorted(text.number for row in found for text in row.texts) == list(range(len(given)))
    for row in found:
        checked(row)
        if len(row.texts) > 1:
            assert len(row) <= tokens
            assert len(row.asked) <= predictions


@given(texts(), st.randoms())
def test_the_order_of_the_texts_does_not_matter(given: list[Text], drawn: object) -> None:
    other = list(given)
    drawn.shuffle(other)  # type: ignore[attr-defined]
    assert [row.texts for row in rows(given, 9, 5)] == [row.texts for row in rows(other, 9, 5)]
