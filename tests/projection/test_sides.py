"""Where clauses begin and end, and what words are."""

from __future__ import annotations

import pytest

from spanferry.projection.pair import read_words
from spanferry.projection.sides import Side, read_side
from tests.projection.cases import words


def side(text: str, language: str = "en") -> Side:
    return read_side(read_words(text, words(text), language))


@pytest.mark.parametrize(
    ("text", "opens", "closes"),
    [
        ("we went home", "we", "home"),
        # a mark of its own ends a clause and begins the next
        ("good , but dear .", "good but", "good dear"),
        # and so does one inside a given word
        ("good, but dear.", "good, but", "good, dear."),
        ("the bar (closed) is", "the (closed) is", "bar (closed) is"),
        ("he said «no way» twice", "he «no twice", "said way» twice"),
        ('he said " no way " twice', "he no twice", "said way twice"),
        ("one – two — three", "one two three", "one two three"),
        # these join words
        ("one - two ' three", "one", "three"),
        # a mark before the first word and behind the last
        ("- one two .", "one", "two"),
        ("¿ qué tal ?", "qué", "tal"),
    ],
)
def test_edges_of_clauses(text: str, opens: str, closes: str) -> None:
    found = side(text)
    plain = [(k, word) for k, word in enumerate(text.split()) if not found.mark[k + 1]]
    assert [word for k, word in plain if found.opens[k + 1]] == opens.split()
    assert [word for k, word in plain if found.closes[k + 1]] == closes.split()


def test_kinds_of_words() -> None:
    found = side("The Porto , and wine")
    assert found.size == 5
    assert found.stop == [0, 1, 0, 0, 1, 0, 0]
    assert found.mark == [0, 0, 0, 1, 0, 0, 0]
    assert found.content == [0, 0, 1, 0, 0, 1, 0]
    assert found.capital == [0, 1, 1, 0, 0, 0, 0]
    assert found.length == [0, 3, 5, 1, 3, 4, 0]


@pytest.mark.parametrize("text", ["", "...", ". , !"])
def test_a_text_without_words_has_no_content(text: str) -> None:
    found = side(text)
    assert not any(found.content)
    assert len(found.opens) == len(text.split()) + 2
