"""From words to characters: what is cut off at the edges of a span and what stays."""

from __future__ import annotations

from dataclasses import replace

import pytest

from spanferry.data.records import Span
from spanferry.projection.edges import trim
from tests.projection.cases import found, pair


@pytest.mark.parametrize(
    ("target", "covered", "wanted"),
    [
        ("sushi.", "sushi", "sushi"),
        ("«sushi»,", "sushi", "sushi"),
        ("¡Una maravilla!", "A wonder", "Una maravilla"),
        ("¡Una maravilla!", "A wonder!", "Una maravilla!"),
        ("“Purple Haze”", '"Purple Haze"', "“Purple Haze”"),
        ("Foo (Bar),", "Foo Bar", "Foo (Bar)"),
        ("(Foo) Bar", "Foo Bar", "(Foo) Bar"),
        ("(Foo Bar)", "Foo Bar", "Foo Bar"),
        ("Bar)", "Bar", "Bar"),
        ("EE.UU.", "US", "EE.UU."),
        ("los EE.UU.,", "the US", "los EE.UU."),
        ("lugar...", "place", "lugar"),
        ("10%", "10%", "10%"),
        ("C++.", "C++", "C++"),
        ("...", "...", "..."),
        ("。", ".", "。"),
        ("寿司。", "sushi", "寿司"),
        ("שלום!", "peace", "שלום"),
        ("👩\u200d🚀!", "her", "👩\u200d🚀"),
        ("e\u0301te\u0301.", "summer", "e\u0301te\u0301"),
    ],
)
def test_trim(target: str, covered: str, wanted: str) -> None:
    text = f"xx {target} yy"
    start, end = trim(
        text, 3, 3 + len(target), covered=covered, opens_with_stop=False, language="es"
    )
    assert text[start:end] == wanted


@pytest.mark.parametrize(
    ("target", "language", "opens_with_stop", "wanted"),
    [
        ("l'hôtel", "fr", False, "hôtel"),
        ("l’hôtel", "fr", False, "hôtel"),
        ("l'hôtel", "fr", True, "l'hôtel"),
        ("d'Obama.", "fr", False, "Obama"),
        ("aujourd'hui", "fr", False, "aujourd'hui"),
        ("O'Neill", "fr", False, "O'Neill"),
        ("l'hotel", "it", False, "hotel"),
        ("l'hotel", "xx", False, "l'hotel"),
    ],
)
def test_elided_articles(target: str, language: str, opens_with_stop: bool, wanted: str) -> None:
    start, end = trim(
        target, 0, len(target), covered="hotel", opens_with_stop=opens_with_stop, language=language
    )
    assert target[start:end] == wanted


def test_given_words_with_attached_marks() -> None:
    item = pair("Get the [tuna of gari] .", "Pidan el atún de gari.", "0-0 1-1 2-2 3-3 4-4 5-4")
    assert found(item) == ["atún de gari"]


def test_a_span_inside_a_word_takes_the_word() -> None:
    item = pair("Obama's dog", "el perro de Obama", "0-3 1-1")
    assert found(replace(item, spans=(Span(0, 5, "PER", id="s0"),))) == ["Obama"]


def test_cjk_words_without_spaces() -> None:
    item = replace(
        pair("[Beijing] is big", "北京很大。", "0-0 0-1 1-2 2-3", target_language="zh"),
        target_words=tuple((k, k + 1) for k in range(5)),
    )
    assert found(item) == ["北京"]


def test_right_to_left() -> None:
    item = pair("in [New York] .", "ב ניו יורק.", "0-0 1-1 2-2 3-2", target_language="he")
    assert found(item) == ["ניו יורק"]
