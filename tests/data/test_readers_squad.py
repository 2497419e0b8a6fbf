"""SQuAD JSON: versions 1.1 and 2.0, answers out of place, and everything that can be wrong."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spanferry.data.errors import InputError
from spanferry.data.readers.base import Read
from spanferry.data.readers.squad import SquadReader, SquadSettings
from spanferry.data.readers.squad_answers import REACH, find_answer
from spanferry.data.records import Record, Span

CONTEXT = "The mill of Ryton burnt in 1904. It was built again in 1911, and the mill stands."


def qa(id: str, *answers: tuple[str, int], **more: Any) -> dict[str, Any]:
    given = [{"text": text, "answer_start": start} for text, start in answers]
    return {"id": id, "question": f"{id}?", "answers": given, **more}


def squad(*qas: Any, context: Any = CONTEXT, version: str = "1.1") -> dict[str, Any]:
    paragraph = {"context": context, "qas": list(qas)}
    return {"version": version, "data": [{"title": "Mills", "paragraphs": [paragraph]}]}


def read(path: Path, content: Any, **settings: Any) -> list[Read]:
    path.write_text(content if isinstance(content, str) else json.dumps(content), "utf-8")
    reader = SquadReader(SquadSettings(path=str(path), **settings))
    reader.setup()
    return list(reader.read("train"))


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "dev.json"


def records(items: list[Read]) -> list[Record]:
    assert [item.error for item in items] == [None] * len(items)
    return [item.record for item in items if item.record is not None]


def test_version_1(file: Path) -> None:
    content = squad(qa("a", ("1904", 27)), qa("b", ("Ryton", 12), ("mill of Ryton", 4)))
    first, second = records(read(file, content))
    assert first == Record(
        id="a",
        text=CONTEXT,
        spans=(Span(27, 31, "ANSWER", id="s1"),),
        side_texts={"question": "a?"},
        meta={"title": "Mills"},
    )
    assert [second.covered(span) for span in second.spans] == ["Ryton", "mill of Ryton"]


def test_answers_that_several_people_gave(file: Path) -> None:
    content = squad(qa("a", ("1904", 27), ("in 1904", 24), ("1904", 27)))
    (record,) = records(read(file, content))
    assert record.spans == (
        Span(27, 31, "ANSWER", id="s1", attributes={"count": "2"}),
        Span(24, 31, "ANSWER", id="s2"),
    )


def test_version_2(file: Path) -> None:
    plausible = [{"text": "1904", "answer_start": 27}]
    content = squad(
        qa("a", ("1904", 27), is_impossible=False),
        qa("b", is_impossible=True, plausible_answers=plausible),
        version="v2.0",
    )
    there, none = records(read(file, content, label="A", question="q", language="en-GB"))
    assert (there.labels, none.labels) == ({"answerable": "yes"}, {"answerable": "no"})
    assert (there.spans[0].label, none.spans) == ("A", ())
    assert none.side_texts == {"q": "b?"}
    assert none.meta == {"title": "Mills", "plausible_answers": plausible}
    assert none.language == "en-GB"


def test_without_impossible_questions_nothing_is_said_of_them(file: Path) -> None:
    content = squad(qa("a", ("1904", 27), is_impossible=False), version="v2.0")
    content["data"][0]["paragraphs"][0]["context"] += ' It wrote "is_impossible": true.'
    (record,) = records(read(file, content))
    assert record.labels == {}


def test_a_question_without_answers_nor_a_mark_is_a_record(file: Path) -> None:
    (record,) = records(read(file, squad({"id": 7, "question": "Why?"})))
    assert (record.id, record.spans, record.labels) == ("7", (), {})


def test_ids_places_and_several_files(tmp_path: Path) -> None:
    question = {"question": "When?", "answers": [{"text": "1904", "answer_start": 27}]}
    paragraph = {"context": CONTEXT, "qas": [question, question]}
    content = {"data": [{"paragraphs": [paragraph]}, {"paragraphs": [paragraph]}], "version": "1"}
    text = json.dumps(content, indent=1)
    (tmp_path / "a.json").write_text("\ufeff" + text, "utf-8")
    (tmp_path / "b.json.gz").write_bytes(gzip.compress(text.encode()))
    reader = SquadReader(
        SquadSettings(path=[str(tmp_path / "a.json"), str(tmp_path / "b.json.gz")])
    )
    reader.setup()
    items = list(reader.read("train"))
    ids = [record.id for record in records(items)]
    assert ids == ["a-1", "a-2", "a-3", "a-4", "b-1", "b-2", "b-3", "b-4"]
    assert items[3].origin == "a.json:data[1].paragraphs[0].qas[1]"


@pytest.mark.parametrize(
    ("text", "start", "expected"),
    [
        ("1904", 27, (27, 31)),
        ("1904", 30, (27, 31)),
        ("1911", 0, (55, 59)),  # it stands there once, so that place is meant
        ("1911", -3, (55, 59)),
        (" 1904 ", 26, (27, 31)),
        ("mill", 6, (4, 8)),
        ("mill", 60, (69, 73)),
    ],
)
def test_answers_are_found_where_they_stand(
    text: str, start: int, expected: tuple[int, int]
) -> None:
    assert find_answer(CONTEXT, text, start) == expected


def test_an_answer_that_was_moved_says_so(file: Path) -> None:
    content = squad(qa("a", ("1904", 29), ("1904", 27)), qa("b", (" 1904", 26)))
    moved, blank = records(read(file, content))
    attributes = {"count": "2", "answer_start": "29"}
    assert moved.spans == (Span(27, 31, "ANSWER", id="s1", attributes=attributes),)
    assert blank.spans == (Span(27, 31, "ANSWER", id="s1"),)


@given(st.text("ab ", min_size=1, max_size=40), st.data())
def test_a_right_place_is_never_moved(context: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(context) - 1))
    end = data.draw(st.integers(start + 1, len(context)))
    text = context[start:end]
    if text.strip():
        first = start + len(text) - len(text.lstrip())
        assert find_answer(context, text, start) == (first, first + len(text.strip()))


BAD = [
    (qa("x", ("1905", 27)), "bad_answer", "'1905' does not stand in the context"),
    (qa("x", (" ", 3)), "bad_answer", "the text is empty"),
    (qa("x", ("mill", 69 - REACH - 8)), "bad_answer", r"2 other places.*\[4, 69\]"),
    (qa("x", ("in", 25)), None, ""),
    (qa("x", ("1904", 27), is_impossible=True), "bad_answer", "impossible, but has an answer"),
    (qa("x", is_impossible=False), "bad_answer", "is not impossible, but lacks an answer"),
    (qa("x", is_impossible="no"), "bad_field", "'is_impossible' must be true or false"),
    ({"id": "x", "answers": []}, "bad_field", "'question' must be a string, not null"),
    ({"id": "x", "question": "?", "answers": {}}, "bad_field", "'answers' must be a list"),
    ({"id": "x", "question": "?", "answers": ["1904"]}, "bad_field", "must be an object"),
    ({"id": "x", "question": "?", "answers": [{"text": "a"}]}, "bad_field", "start must be a num"),
    ({"id": "x", "question": "\ud800"}, "bad_unicode", "ud800"),
    (3, "bad_field", "must be an object"),
]


@pytest.mark.parametrize(("question", "reason", "says"), BAD)
def test_a_bad_question_is_an_item_of_its_own(
    file: Path, question: Any, reason: str | None, says: str
) -> None:
    items = read(file, squad(qa("one", ("1904", 27)), question, qa("three", ("1911", 55))))
    assert [item.record and item.record.id for item in (items[0], items[2])] == ["one", "three"]
    error = items[1].error
    if reason is None:
        assert error is None
        return
    assert error is not None
    assert (error.reason, error.origin) == (reason, f"{file}:data[0].paragraphs[0].qas[1]")
    assert error.raw.encode()
    with pytest.raises(AssertionError, match=says):
        raise AssertionError(error.detail)


@pytest.mark.parametrize(
    ("content", "place"),
    [
        ({"data": [3]}, "data[0]"),
        ({"data": [{"paragraphs": {}}]}, "data[0]"),
        ({"data": [{"paragraphs": ["x"]}]}, "data[0].paragraphs[0]"),
        (squad(qa("a"), context=None), "data[0].paragraphs[0]"),
    ],
)
def test_what_is_no_paragraph_is_a_bad_record(file: Path, content: Any, place: str) -> None:
    (item,) = read(file, content)
    assert item.error is not None
    assert (item.error.reason, item.origin) == ("bad_field", f"dev.json:{place}")


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("", "a JSON object"),
        ("[]", "a JSON object"),
        ('{"version": "1.1"}', "no 'data'"),
        ('{"data": {}}', "'data' must be a list"),
        ('{"data": []} {"data": []}', "something follows"),
        ('{"data": [{"paragraphs": []}, {"parag', "no JSON"),
        ('{"data": [{"paragraphs": []} {}]}', "no JSON"),
        ('{"data": [', "no JSON"),
        ('{"data": [{"a": 1, "a": 2}]}', "'a' stands twice"),
        ('{"data": [{"a": NaN}]}', "NaN is not JSON"),
    ],
)
def test_a_broken_file(file: Path, content: str, says: str) -> None:
    with pytest.raises(InputError, match=says) as caught:
        read(file, content)
    assert (caught.value.reason, caught.value.origin) == ("bad_file", f"{file}:1")


def test_bytes_that_are_not_utf8(file: Path) -> None:
    file.write_bytes(b'{"data": ["caf\xe9"]}')
    reader = SquadReader(SquadSettings(path=str(file)))
    reader.setup()
    with pytest.raises(InputError, match="byte 0xe9 is not UTF-8"):
        list(reader.read("train"))


def test_an_empty_file_has_no_records(file: Path) -> None:
    assert read(file, '{"version": "1.1", "data": []}') == []
