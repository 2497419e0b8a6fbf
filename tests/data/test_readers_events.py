"""Events in JSON Lines: triggers and arguments as spans, roles as relations."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spanferry.data.errors import InputError
from spanferry.data.readers.jsonl import JsonlReader, JsonlSettings, record_from_json
from spanferry.data.records import Record, Relation, Span, validate

TEXT = "Rebels attacked the town, killing two."
TOWN = {"id": "t", "start": 16, "end": 24, "label": "LOC"}
ATTACK = {"type": "Attack", "trigger": {"start": 7, "end": 15}}


def read(*events: Any, spans: Any = (TOWN,), **settings: Any) -> Record:
    found = {"text": TEXT, "spans": list(spans), "events": list(events)}
    return validate(record_from_json(found, JsonlSettings(path="x", **settings), "1"))


def test_a_trigger_and_its_arguments() -> None:
    arguments = [{"role": "Attacker", "start": 0, "end": 6}, {"role": "Place", "span": "t"}]
    record = read({**ATTACK, "id": "e9", "tense": "past", "arguments": arguments})
    assert record.spans == (
        Span(16, 24, "LOC", "t"),
        Span(7, 15, "Attack", "e9", {"tense": "past"}),
        Span(0, 6, "Attacker", "e9-1"),
    )
    assert record.relations == (Relation("e9", "e9-1", "Attacker"), Relation("e9", "t", "Place"))
    assert record.meta == {}


def test_an_event_without_arguments_is_a_span() -> None:
    record = read(ATTACK, {**ATTACK, "arguments": None})
    assert [(span.id, span.label, span.start) for span in record.spans[1:]] == [
        ("e1", "Attack", 7),
        ("e2", "Attack", 7),  # a span of its own, so that arguments stay apart
    ]
    assert record.relations == ()


def test_a_trigger_among_the_spans() -> None:
    given = {"id": "v", "start": 7, "end": 15, "label": "Attack", "attributes": {"kb": "1"}}
    event = {"id": "e1", "trigger": {"span": "v"}, "attributes": {"modality": "asserted"}}
    record = read({**event, "arguments": [{"role": "Place", "span": "t"}]}, spans=(given, TOWN))
    assert [span.id for span in record.spans] == ["v", "t"]
    assert record.spans[0].attributes == {"kb": "1", "modality": "asserted"}
    assert record.relations == (Relation("v", "t", "Place"),)
    # with a type, it is that of the trigger
    assert read({**event, "type": "Attack"}, spans=(given, TOWN)).spans == record.spans


def test_events_as_arguments_of_others() -> None:
    killing = {"id": "kill", "type": "Die", "trigger": {"id": "k", "start": 26, "end": 33}}
    record = read(
        {**ATTACK, "arguments": [{"role": "Effect", "span": "kill"}]},
        {**killing, "arguments": [{"role": "Cause", "span": "e1"}]},
    )
    assert record.relations == (Relation("e1", "k", "Effect"), Relation("k", "e1", "Cause"))


def test_arguments_that_are_alike_share_a_span() -> None:
    rebels = {"role": "Attacker", "start": 0, "end": 6, "label": "GROUP"}
    other = {**rebels, "role": "Killer"}
    record = read(
        {**ATTACK, "arguments": [rebels, {"role": "Attacker", "start": 0, "end": 6}]},
        {"type": "Die", "trigger": {"start": 26, "end": 33}, "arguments": [other]},
        {
            "type": "Die",
            "trigger": {"start": 34, "end": 37},
            "arguments": [{**other, "sure": "no"}, {**other, "id": "mine"}],
        },
    )
    tails = [(relation.head, relation.tail, relation.label) for relation in record.relations]
    assert tails == [
        ("e1", "e1-1", "Attacker"),
        ("e1", "e1-2", "Attacker"),  # another label: its role
        ("e2", "e1-1", "Killer"),
        ("e3", "e3-1", "Killer"),  # another attribute
        ("e3", "mine", "Killer"),  # an id of its own
    ]


def test_discontinuous_triggers() -> None:
    record = read({"type": "Attack", "trigger": {"fragments": [[7, 15], [26, 33]]}})
    assert record.spans[1].ranges() == ((7, 15), (26, 33))


def test_another_field() -> None:
    found = {"text": TEXT, "events": "none", "ev": [ATTACK]}
    record = record_from_json(found, JsonlSettings(path="x", events_field="ev"), "1")
    assert [span.label for span in record.spans] == ["Attack"]
    assert record.meta == {"events": "none"}


@given(st.lists(st.tuples(st.integers(0, 2), st.integers(0, 37), st.integers(1, 3)), max_size=6))
def test_every_argument_is_a_relation(given_arguments: list[tuple[int, int, int]]) -> None:
    events: list[Any] = [{**ATTACK, "arguments": []} for _ in range(3)]
    for event, start, size in given_arguments:
        if TEXT[start : start + size].strip():
            one = {"role": "R", "start": start, "end": min(start + size, len(TEXT))}
            events[event]["arguments"].append(one)
    record = read(*events)
    assert len(record.relations) == sum(len(event["arguments"]) for event in events)
    places = {(span.start, span.end) for span in record.spans if span.label == "R"}
    assert len(places) == sum(span.label == "R" for span in record.spans)


BAD = [
    ([3], "bad_event", r"events\[0\] must be an object, not 3"),
    ([{"trigger": {"start": 0, "end": 6}}], "bad_span", "'label' must be a string"),
    ([{"type": "A"}], "bad_event", r"events\[0\]\.trigger must be an object, not null"),
    ([{"type": "A", "trigger": {"start": 0}}], "bad_offset", "must be whole numbers"),
    ([{"type": "A", "trigger": {"start": 0, "end": 99}}], "bad_offset", "a text of 38 characters"),
    ([{"type": "A", "trigger": {"span": "x"}}], "bad_event", "no span and no event has the id 'x'"),
    ([{"type": "A", "trigger": {"span": "t"}}], "bad_event", "of its trigger is 'LOC'"),
    ([{"trigger": {"span": "t"}}, {"trigger": {"span": "t"}}], "bad_event", "of its own"),
    ([{"trigger": {"span": "t", "end": 3}}], "bad_event", r"so it cannot have \['end'\]"),
    ([{**ATTACK, "id": "e"}, {**ATTACK, "id": "e"}], "bad_event", "the id 'e' is taken"),
    ([{**ATTACK, "id": "t"}], "bad_event", "the id 't' is taken"),
    ([{"trigger": {"span": "t"}, "id": "e2"}, ATTACK], "bad_event", "the id 'e2' is taken"),
    ([{**ATTACK, "trigger": {"start": 7, "end": 15, "x": 1}, "x": 2}], "bad_event", "as well"),
    ([{**ATTACK, "x": [1]}], "bad_event", r"events\[0\]\.x is \[1\]"),
    ([{**ATTACK, "arguments": {}}], "bad_field", "must be a list"),
    ([{**ATTACK, "arguments": [1]}], "bad_event", r"arguments\[0\] must be an object"),
    ([{**ATTACK, "arguments": [{"span": "t"}]}], "bad_event", "'role' must be a string"),
    (
        [{**ATTACK, "arguments": [{"role": "a", "span": "t", "start": 1}]}],
        "bad_event",
        r"cannot have \['start'\]",
    ),
    ([{**ATTACK, "arguments": [{"role": "a"}]}], "bad_offset", "must be whole numbers"),
    ([{**ATTACK, "arguments": [{"role": "a", "span": "q"}]}], "bad_event", "the id 'q'"),
]


@pytest.mark.parametrize(("events", "reason", "says"), BAD)
def test_bad_events(events: list[Any], reason: str, says: str) -> None:
    with pytest.raises(InputError, match=says) as caught:
        read(*events)
    assert caught.value.reason == reason


def test_a_bad_event_is_a_bad_line(tmp_path: Path) -> None:
    lines = [{"text": TEXT, "events": [ATTACK]}, {"text": TEXT, "events": "attack"}]
    path = tmp_path / "a.jsonl"
    path.write_text("\n".join(map(json.dumps, lines)), "utf-8")
    reader = JsonlReader(JsonlSettings(path=str(path)))
    reader.setup()
    good, bad = reader.read("train")
    assert good.record is not None
    assert bad.error is not None
    assert (bad.error.reason, bad.error.origin) == ("bad_field", f"{path}:2")


def test_spans_that_share_an_id_are_found_all_the_same() -> None:
    with pytest.raises(InputError, match="taken") as caught:
        read(ATTACK, spans=(TOWN, TOWN))
    assert caught.value.reason == "duplicate_span_id"
