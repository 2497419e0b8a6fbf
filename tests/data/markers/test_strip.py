"""White space and words are as if marks had never been there."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spanferry.data.markers.edges import mend
from spanferry.data.markers.forms import form
from spanferry.data.markers.insert import insert
from spanferry.data.markers.matching import assign, likeness, match
from spanferry.data.markers.read import Place, read


@pytest.mark.parametrize(
    ("language", "answer", "text"),
    [
        ("es", "El [1] gato [/1] duerme", "El gato duerme"),
        ("es", "El [1] gato [/1] .", "El gato."),
        ("es", "El [1] gato [/1], y", "El gato, y"),
        ("fr", "Le [1] chat [/1] !", "Le chat !"),
        ("fr", "Le [1] chat [/1] .", "Le chat."),
        ("es", "[1] El gato [/1]", "El gato"),
        ("es", "¿[1] Gato [/1]?", "¿Gato?"),
        ("es", "el \n [1] gato [/1]", "el\ngato"),
        ("es", "el[1]gato[/1]negro", "el gato negro"),
        ("tr", "[1]İstanbul[/1]dan geldi", "İstanbuldan geldi"),
        ("de", "die Sommer[1]musik[/1]", "die Sommermusik"),
        ("zh", "我[1]爱[/1]你", "我爱你"),
        ("th", "ฉัน[1]รัก[/1]เธอ", "ฉันรักเธอ"),
        ("es", "ex-[1]gato[/1]", "ex-gato"),
    ],
)
def test_what_is_left(language: str, answer: str, text: str) -> None:
    marked = insert("the cat sleeps", [(4, 7)], form("numbered"))
    assert read(marked, answer, language).text == text


def test_a_part_of_a_word_stays_one() -> None:
    marked = insert("a cooperation", [(2, 4)], form("xml"))
    found = read(marked, "una <a>co</a>operación", "es")
    place = found.places[0]
    assert isinstance(place, Place)
    assert (found.text, found.text[place.start : place.end]) == ("una cooperación", "co")


def test_an_ending_is_no_part_of_the_name_where_words_take_endings() -> None:
    marked = insert("from Istanbul", [(5, 13)], form("xml"))
    found = read(marked, "<a>İstanbul</a>'dan", "tr")
    place = found.places[0]
    assert isinstance(place, Place)
    assert found.text[place.start : place.end] == "İstanbul"


@pytest.mark.parametrize(
    ("text", "range_", "covered", "wanted"),
    [
        ("los EE.UU. son", (3, 10), "the US", "EE.UU."),
        ("(véase Foo)", (1, 11), "see Foo", "véase Foo"),
        ("Foo (Bar) y", (0, 9), "Foo (Bar)", "Foo (Bar)"),
        ("son $5 hoy", (4, 6), "5 dollars", "$5"),
        ("l'hôtel", (0, 7), "the hotel", "l'hôtel"),
        ("d'accord", (0, 8), "agreed", "accord"),
        ("O'Neill vino", (0, 7), "O'Neill", "O'Neill"),
        ("¡hola!", (0, 6), "hello", "hola"),
        ("-3 grados", (0, 9), "minus 3", "-3 grados"),
        ("...", (0, 3), "so", "..."),
    ],
)
def test_edges(text: str, range_: tuple[int, int], covered: str, wanted: str) -> None:
    start, end, _ = mend(text, *range_, covered)
    assert text[start:end] == wanted


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_the_assignment_is_the_best_one(data: st.DataObject) -> None:
    optimize = pytest.importorskip("scipy.optimize")
    n, m = data.draw(st.integers(1, 7)), data.draw(st.integers(1, 7))
    numbers = st.lists(st.floats(-5, 5, width=16), min_size=m, max_size=m)
    gains = data.draw(st.lists(numbers, min_size=n, max_size=n))
    chosen = assign(gains)
    taken = [j for j in chosen if j is not None]
    assert len(set(taken)) == len(taken) == min(n, m)
    rows, columns = optimize.linear_sum_assignment(gains, maximize=True)
    best = sum(gains[i][j] for i, j in zip(rows, columns, strict=True))
    total = sum(gains[i][j] for i, j in enumerate(chosen) if j is not None)
    assert total == pytest.approx(best, abs=1e-9)


def test_likeness_and_match() -> None:
    assert likeness("Música", "música") == 1.0
    assert likeness("", "x") == 0.0
    assert match([], [["a"]]) == [None]
    assert match(["xyz"], [["abc"]]) == [(0, 1.0)]
    found = match(["uno"], [["dos"], ["uno"]])
    assert [one and one[0] for one in found] == [None, 0]
