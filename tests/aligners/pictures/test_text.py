"""Words made fit to be shown."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spanferry.aligners.pictures.measure import text_width
from spanferry.aligners.pictures.text import clusters, right_to_left, shortened, visible
from tests.aligners.pictures.making import words


@given(words)
def test_nothing_invisible_and_nothing_that_xml_refuses_is_left(word: str) -> None:
    shown = visible(word)
    shown.encode("utf-8")
    assert all(character >= " " and character not in "\x7f\u2028\ufffe" for character in shown)
    assert not word or shown.strip()
    assert visible(shown) == shown


@pytest.mark.parametrize(
    "word", ["Ada", "é", "東京", "שלום", "می\u200cخواهم", "👩\u200d🚀", "a b", ""]
)
def test_good_words_stay_as_they_are(word: str) -> None:
    assert visible(word) == word


@given(words)
def test_clusters_make_the_word_again(word: str) -> None:
    assert "".join(clusters(word)) == word
    assert len(clusters(shortened(word, 3))) <= 3


def test_marks_and_joiners_stay_with_their_character() -> None:
    assert clusters("e\u0301a👩\u200d🚀👍🏽") == ["e\u0301", "a", "👩\u200d🚀", "👍🏽"]
    assert shortened("Donaudampfschiff", 6) == "Donau…"


@pytest.mark.parametrize(
    ("word", "wanted"), [("שלום.", True), ("(مرحبا", True), ("2009", False), ("a שלום", False)]
)
def test_the_first_letter_with_a_direction_decides(word: str, wanted: bool) -> None:
    assert right_to_left(word) is wanted


@given(st.text(st.characters(codec="utf-8"), max_size=8), st.text(max_size=8))
def test_more_text_is_never_narrower(left: str, right: str) -> None:
    assert text_width(left + right, 10) >= text_width(left, 10) >= 0
