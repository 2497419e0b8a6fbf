"""Folded texts and the way back to the characters of the original."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from spanferry.projection.methods.translate_match.folding import fold
from tests.strategies import texts


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Café", "CAFE"),
        ("Straße", "STRASSE"),
        ("l’Été", "l'ete"),
        ("co‑op", "Co-op"),
        ("ﬁn  \n de", "fin de"),
        ("ＡＢＣ１２", "abc12"),
        ("İzmir", "izmir"),
        ("Łódź", "lodz"),
        ("كِتَاب", "كتاب"),
        ("e\u0301t\u00e9", "ete"),
        ("zero\u200bwidth", "zerowidth"),
    ],
)
def test_writings_of_one_word_are_equal(one: str, other: str) -> None:
    assert fold(one).text == fold(other).text


@pytest.mark.parametrize(("one", "other"), [("か", "が"), ("कि", "का"), ("nina", "nino")])
def test_other_words_are_not(one: str, other: str) -> None:
    assert fold(one).text != fold(other).text


@given(texts)
@example("ﬃ e\u0301  a")
@example("\u0301a")
def test_characters_lead_back_in_order(text: str) -> None:
    folded = fold(text)
    assert len(folded.text) == len(folded.ends) == len(folded.starts) - 1
    for k in range(len(folded.text)):
        start, end = folded.original(k, k + 1)
        assert 0 <= start < end <= len(text)
        assert folded.starts[k] <= folded.starts[k + 1]


@given(texts, st.data())
def test_a_word_of_a_text_is_found_where_it_stands(text: str, data: st.DataObject) -> None:
    words = [word for word in text.split() if word.isalnum()]
    if not words:
        return
    word = data.draw(st.sampled_from(words))
    found = fold(text).find(fold(word).text)
    assert word in {text[start:end] for start, end in found} or not fold(word).text
    assert all(fold(text[start:end]).text.strip() == fold(word).text for start, end in found)


def test_places_are_at_the_edges_of_words() -> None:
    text = "No arco, o ARCO arcos; semi-arco d'arco"
    found = fold(text).find("arco")
    assert [text[a:b] for a, b in found] == ["arco", "ARCO", "arco", "arco"]
    assert fold("東京都に住む").find("東京") == [(0, 2)]
    assert fold("ﬁne fi").find("fi") == [(4, 6)]


def test_a_mark_belongs_to_its_letter() -> None:
    assert fold("cafe\u0301!").find("cafe") == [(0, 5)]
    assert fold("a").find("") == []
