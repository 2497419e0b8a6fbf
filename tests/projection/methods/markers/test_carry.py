"""A phrase of one translation found in another one."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spanferry.projection.methods.markers.carry import Carrier, words
from tests.strategies import texts


def carried(own: str, given: str, language: str = "es") -> list[str]:
    start, end = own.index("["), own.index("]") - 1
    plain = own.replace("[", "").replace("]", "")
    return [given[f.start : f.end] for f in Carrier(plain, given, language).carry(start, end)]


@pytest.mark.parametrize(
    ("own", "given", "wanted"),
    [
        ("El [personal] era amable.", "El personal fue muy amable.", "personal"),
        ("Los [anillos de ajo] son buenos", "Los aros de ajo son geniales", "aros de ajo"),
        ("La [comida] era buena", "La comida estuvo rica y la comida china no", "comida"),
        ("la [música] y el vino", "el vino y la música", "música"),
        ("El [camarero] nos trajo vino", "El mozo nos trajo vino", "mozo"),
        ("una [cerveza negra] buena", "unas cervezas negras muy buenas", "cervezas negras"),
        ("calabaza [ravioli] y pan", "raviolis de calabaza y pan", "raviolis"),
        ("Vivo en [Nueva York] ahora", "Ahora vivo en Nueva York", "Nueva York"),
    ],
)  # fmt: skip
def test_the_best_counterpart(own: str, given: str, wanted: str) -> None:
    assert carried(own, given)[0] == wanted


def test_equal_texts_keep_the_place_exactly() -> None:
    (found,) = Carrier("  son (¡dos!) .", "son (¡dos!) .", "es").carry(6, 13)
    assert (found.start, found.end, found.quality) == (4, 11, 1.0)


def test_of_equal_words_the_one_in_the_same_place() -> None:
    given = "el vino blanco y el vino tinto"
    own = "el vino claro y el [vino] rojo"
    start = own.index("[")
    plain = own.replace("[", "").replace("]", "")
    best = Carrier(plain, given, "es").carry(start, start + 4)[0]
    assert best.start == given.rindex("vino")


def test_texts_with_nothing_in_common() -> None:
    assert carried("la [casa] roja arde", "dos perros corren mucho por ahí hoy") == []
    assert Carrier("casa", "...", "es").carry(0, 4) == []


def test_without_blanks_each_sign_is_a_word() -> None:
    assert carried("我[喜欢]北京", "我很喜欢北京城", "zh")[0] == "喜欢"
    assert len(words("我喜欢 abc")) == 4


def test_the_nearer_the_texts_the_better() -> None:
    def quality(given: str) -> float:
        return Carrier("el gato negro duerme", given, "es").carry(3, 13)[0].quality

    far, near, same = (
        quality(text)
        for text in ("el felino negro descansa", "el gato negro ronca", "el gato negro duerme")
    )
    assert far < near <= same == 1.0


@settings(max_examples=60, deadline=None)
@given(own=texts, given=texts, data=st.data())
def test_ranges_lie_in_the_given_text(own: str, given: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(own) - 1))
    end = data.draw(st.integers(start + 1, len(own)))
    for found in Carrier(own, given, "es").carry(start, end):
        assert 0 <= found.start < found.end <= len(given)
        assert 0 < found.quality <= 1
