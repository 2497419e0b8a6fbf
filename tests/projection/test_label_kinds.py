"""Every kind of label that spans make up, by the default method on links of the embedded aligner.

Source and translation are written with their marks; those of the translation are what is expected.
"""

from __future__ import annotations

import pytest

from spanferry.aligners.embedded import EmbeddedAligner
from spanferry.data.readers.jsonl import JsonlSettings, record_from_json
from spanferry.data.records import Record, validate
from spanferry.projection.filters.base import ScoreInput
from spanferry.projection.filters.complete import CompleteFilter
from spanferry.projection.relations import REASONS, project_relations
from tests.projection.marked import aligned, marked, project, ranges, relations


def check(aligner: EmbeddedAligner, source: str, target: str, language: str = "pt") -> None:
    """The source's spans are projected to where the marks of the target stand."""
    wanted = marked(target)
    projection = project(aligned(aligner, marked(source), wanted.text, language))
    found = Record("1", wanted.text, spans=projection.spans)
    assert projection.missing == ()
    assert {s.id: found.covered(s) for s in projection.spans} == {
        s.id: wanted.covered(s) for s in wanted.spans
    }
    assert ranges(projection.spans) == ranges(wanted.spans)


@pytest.mark.parametrize(
    ("source", "target"),
    [
        (
            "{a:PER Marie Curie} was born in {b:LOC Warsaw}.",
            "{a:PER Marie Curie} nasceu em {b:LOC Varsóvia}.",
        ),
        (
            "The {a:TARGET red wine} was warm but the {b:TARGET waiter} was kind.",
            "O {a:TARGET vinho tinto} estava quente, mas o {b:TARGET garçom} foi gentil.",
        ),
    ],
)
def test_flat(aligner: EmbeddedAligner, source: str, target: str) -> None:
    check(aligner, source, target)


def test_nested(aligner: EmbeddedAligner) -> None:
    check(
        aligner,
        "He studied at the {a:ORG University of {b:LOC Lisbon}} and left.",
        "Ele estudou na {a:ORG Universidade de {b:LOC Lisboa}} e saiu.",
    )


def test_two_labels_on_one_range(aligner: EmbeddedAligner) -> None:
    check(
        aligner,
        "The patient takes {a:DRUG {b:BRAND aspirin}} every day.",
        "O paciente toma {a:DRUG {b:BRAND aspirina}} todos os dias.",
    )


def test_overlapping(aligner: EmbeddedAligner) -> None:
    source = marked("Old {a:X red wine} bottles are empty.")
    text = source.text
    wine = source.spans[0]
    bottles = marked("Old red {b:Y wine bottles} are empty.").spans[0]
    record = validate(Record("1", text, spans=(wine, bottles)))
    translation = marked("Velhas {b:Y garrafas de vinho} tinto estão vazias.")
    projection = project(aligned(aligner, record, translation.text, "pt"))
    found = ranges(projection.spans)
    assert found["b"] == ranges(translation.spans)["b"]
    assert found["a"][1] == ((19, 30),)
    assert translation.text[19:30] == "vinho tinto"


def test_discontinuous(aligner: EmbeddedAligner) -> None:
    check(
        aligner,
        "The {a:FINDING left knee} was {b:FINDING warm} and {a very swollen}.",
        "O {a:FINDING joelho esquerdo} estava {b:FINDING quente} e {a muito inchado}.",
    )


def test_a_discontinuous_span_may_become_contiguous(aligner: EmbeddedAligner) -> None:
    check(
        aligner,
        "She has {a:SYMPTOM swollen} and red {a fingers}.",
        "Ela tem {a:SYMPTOM dedos inchados} e vermelhos.",
    )


RELATED = "{p:PER Ana Lima} works for {o:ORG Petrobras} in {c:LOC Recife}."


def test_relations(aligner: EmbeddedAligner) -> None:
    given = relations("works_for p o, in o c, lives_in p c")
    record = validate(marked(RELATED, relations=given))
    item = aligned(aligner, record, "Ana Lima trabalha para a Petrobras no Recife.", "pt")
    projection = project(item)
    kept, missing = project_relations(given, projection.spans)
    assert (kept, missing) == (list(given), [])
    validate(Record("1", item.translation, spans=projection.spans, relations=tuple(kept)))


def test_a_relation_is_missing_with_its_span(aligner: EmbeddedAligner) -> None:
    given = relations("works_for p o, in o c, lives_in p c, is c c")
    record = validate(marked(RELATED, relations=given))
    item = aligned(aligner, record, "", "pt")
    assert project_relations(given, project(item).spans) == (
        [], [(relation, "missing_head_and_tail") for relation in given]
    )  # fmt: skip
    spans = project(aligned(aligner, record, "Ana Lima trabalha no Recife.", "pt")).spans
    spans = tuple(span for span in spans if span.source_span != "o")
    kept, missing = project_relations(given, spans)
    assert kept == [given[2], given[3]]
    assert missing == [(given[0], "missing_tail"), (given[1], "missing_head")]
    assert {reason for _, reason in missing} <= REASONS.keys()


def test_complete_spans_are_complete_relations(aligner: EmbeddedAligner) -> None:
    given = relations("works_for p o, in o c")
    record = validate(marked(RELATED, relations=given))
    for translation in ("Ana Lima trabalha para a Petrobras no Recife.", "Ela."):
        projection = project(aligned(aligner, record, translation, "pt"))
        kept, missing = project_relations(given, projection.spans)
        scored = ScoreInput(
            record, translation, "pt", projection.spans, projection.missing, tuple(kept)
        )
        complete = CompleteFilter()
        if complete.accept(complete.score([scored])[0]):
            assert missing == []


def test_events(aligner: EmbeddedAligner) -> None:
    text = "Heavy rain flooded the old market and closed two schools."
    event = {
        "type": "flood",
        "trigger": {"start": 11, "end": 18},
        "arguments": [{"role": "cause", "start": 0, "end": 10, "label": "WEATHER"}],
    }
    closing = {
        "type": "closure",
        "trigger": {"start": 38, "end": 44},
        "arguments": [
            {"role": "cause", "start": 0, "end": 10, "label": "WEATHER"},
            {"role": "place", "start": 45, "end": 56},
            {"role": "after", "span": "e1"},
        ],
    }
    found = {"text": text, "events": [event, closing]}
    record = validate(record_from_json(found, JsonlSettings(path="x"), "1"))
    translation = "A chuva forte inundou o antigo mercado e fechou duas escolas."
    projection = project(aligned(aligner, record, translation, "pt"))
    kept, missing = project_relations(record.relations, projection.spans)
    words = {span.id: translation[span.start : span.end] for span in projection.spans}
    assert missing == []
    assert [(r.label, words[r.head], words[r.tail]) for r in kept] == [
        ("cause", "inundou", "chuva forte"),
        ("cause", "fechou", "chuva forte"),
        ("place", "fechou", "duas escolas"),
        ("after", "fechou", "inundou"),
    ]
    # without its trigger an event has lost all its roles
    lost = [span for span in projection.spans if span.id != "e2"]
    why = [reason for _, reason in project_relations(record.relations, lost)[1]]
    assert why == ["missing_head"] * 3


def test_slots(aligner: EmbeddedAligner) -> None:
    check(
        aligner,
        "Book a table for {n:party_size four} at {r:restaurant Bella Napoli} on {d:date Friday}.",
        "Reserve uma mesa para {n:party_size quatro} no {r:restaurant Bella Napoli} na "
        "{d:date sexta-feira}.",
    )


@pytest.mark.parametrize(
    ("source", "target"),
    [
        (  # the second of two
            "The bridge opened in 1904. After the flood of 1911 it was closed, and in "
            "{a:ANSWER 1904} nobody had expected that.",
            "A ponte abriu em 1904. Depois da enchente de 1911 ela foi fechada, e em "
            "{a:ANSWER 1904} ninguém esperava isso.",
        ),
        (  # the first of two
            "In {a:ANSWER Lisbon} the writer met a painter. Years later he left Lisbon for good.",
            "Em {a:ANSWER Lisboa} o escritor conheceu um pintor. Anos depois, ele deixou Lisboa "
            "para sempre.",
        ),
        (  # the middle of three
            "Anna paid Bob. {a:ANSWER Bob} paid Carla, and Carla told Bob.",
            "Anna pagou Bob. {a:ANSWER Bob} pagou Carla, e Carla contou a Bob.",
        ),
    ],
)
def test_the_answer_is_the_right_one_of_equal_strings(
    aligner: EmbeddedAligner, source: str, target: str
) -> None:
    check(aligner, source, target)


def test_an_answerless_question_has_nothing_to_lose(aligner: EmbeddedAligner) -> None:
    projection = project(aligned(aligner, marked("Nobody came."), "Ninguém veio.", "pt"))
    assert (projection.spans, projection.missing) == ((), ())
    item = ScoreInput(marked("Nobody came."), "Ninguém veio.", "pt", (), (), ())
    complete = CompleteFilter()
    assert complete.score([item]) == [None]
    assert complete.accept(None)
