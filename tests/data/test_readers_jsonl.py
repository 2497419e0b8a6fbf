"""JSON Lines: our format, other tools' formats, and everything that can be wrong."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from spanferry.data.readers.base import Read, Reader
from spanferry.data.readers.jsonl import JsonlReader, JsonlSettings
from spanferry.data.records import Record, Relation, Span


def read(path: Path, content: str | bytes, **settings: Any) -> list[Read]:
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    reader = JsonlReader(JsonlSettings(path=str(path), **settings))
    reader.setup()
    return list(reader.read("train"))


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "a.jsonl"


def one(item: Read) -> Record:
    assert item.record is not None, item.error
    return item.record


FULL = """\
{"id": "7", "text": "Ada wrote it in Paris.", "language": "en-GB",
 "spans": [{"id": "p", "start": 0, "end": 3, "label": "PER", "attributes": {"qid": "Q7259"}},
           {"start": 4, "end": 12, "label": "EV", "fragments": [[4, 9], [10, 12]]}],
 "relations": [{"head": "p", "tail": "s2", "label": "did"}],
 "labels": {"topic": "history"}, "side_texts": {"question": "Who?"},
 "tokens": [[0, 3], [4, 9]], "meta": {"page": 3}, "url": ["x", {"y": null}]}
""".replace("\n", " ")


def test_all_fields(file: Path) -> None:
    assert one(read(file, FULL)[0]) == Record(
        id="7",
        text="Ada wrote it in Paris.",
        language="en-GB",
        spans=(
            Span(0, 3, "PER", id="p", attributes={"qid": "Q7259"}),
            Span(4, 12, "EV", id="s2", fragments=((4, 9), (10, 12))),
        ),
        relations=(Relation("p", "s2", "did"),),
        labels={"topic": "history"},
        side_texts={"question": "Who?"},
        tokens=((0, 3), (4, 9)),
        meta={"page": 3, "url": ["x", {"y": None}]},
    )


def test_the_text_is_enough(file: Path) -> None:
    items = read(file, '\n{"text": "One."}\r\n  \n{"text": "Two.", "spans": null}', language="sw")
    assert [(one(item).id, one(item).text, one(item).language) for item in items] == [
        ("a-1", "One.", "sw"),
        ("a-2", "Two.", "sw"),
    ]
    assert [item.origin for item in items] == ["a.jsonl:2", "a.jsonl:4"]
    assert one(items[0]).tokens is None


@pytest.mark.parametrize(
    ("line", "settings", "spans"),
    [
        ('{"text": "EU rejects", "label": [[0, 2, "ORG"]]}', {"spans_field": "label"}, "ORG 0 2"),
        (
            '{"text": "EU rejects", "entities": [[0, 2, "ORG"], [3, 10, "EV"]]}',
            {"spans_field": "entities"},
            "ORG 0 2 EV 3 10",
        ),
        (
            '{"id": 1, "data": "EU rejects", "entities": '
            '[{"id": 9, "label": "ORG", "start_offset": 0, "end_offset": 2}], "relations": []}',
            {
                "text_field": "data",
                "spans_field": "entities",
                "start_key": "start_offset",
                "end_key": "end_offset",
            },
            "ORG 0 2",
        ),
        (
            '{"text": "EU", "tokens": [{"text": "EU", "start": 0, "end": 2, "id": 0}], '
            '"spans": [{"start": 0, "end": 2, "label": "ORG", "token_start": 0}], "answer": "yes"}',
            {},
            "ORG 0 2",
        ),
        (
            '{"text": "a b c", "spans": [{"label": "X", "fragments": [[0, 1], [4, 5]]}]}',
            {},
            "X 0 5",
        ),
    ],
)
def test_formats_of_other_tools(
    file: Path, line: str, settings: dict[str, Any], spans: str
) -> None:
    record = one(read(file, line, **settings)[0])
    assert " ".join(f"{s.label} {s.start} {s.end}" for s in record.spans) == spans


def test_values_of_attributes_and_labels(file: Path) -> None:
    line = (
        '{"text": "x", "labels": {"n": 3, "none": null}, "intent": "go", "q": "Who?", "id": 12,'
        ' "spans": [{"id": 4, "start": 0, "end": 1, "label": "L", "score": 0.50, "sure": true,'
        ' "attributes": {"a": "b", "none": null}}]}'
    )
    settings = {"label_fields": {"act": "intent"}, "side_text_fields": {"question": "q"}}
    record = one(read(file, line, **settings)[0])
    assert record.spans[0].attributes == {"a": "b", "score": "0.5", "sure": "true"}
    assert (record.id, record.spans[0].id) == ("12", "4")
    assert record.labels == {"n": "3", "act": "go"}
    assert record.side_texts == {"question": "Who?"}
    assert record.meta == {}


def with_spans(spans: str) -> str:
    return f'{{"text": "abc def", "spans": {spans}}}'


BAD = [
    ('{"text": "x"', "bad_json", "no JSON"),
    ("[", "bad_json", "must stand on one line"),
    ('["x"]', "bad_json", "an object, this one holds a list"),
    ('{"text": "x", "text": "y"}', "bad_json", "'text' stands twice"),
    ('{"text": "x", "a": {"b": 1, "b": 2}}', "bad_json", "'b' stands twice"),
    ('{"text": "x", "a": NaN}', "bad_json", "NaN is not JSON"),
    ('{"text": "x", "a": 1e400}', "bad_json", "1e400 is too large"),
    ('{"text": "x", "a": [{"b": -1.5e999}]}', "bad_json", "-1.5e999 is too large"),
    ('{"text": "x", "a": ' + "9" * 5_000 + ".0}", "bad_json", r"^9{37}\.\.\. is too large"),
    ('{"text": "x", "a": ' + "[" * 100_000, "bad_json", "no JSON"),
    ('{"text": "x", "a": ' + "9" * 5_000 + "}", "bad_json", "no JSON"),
    ('{"text": "x", "a": 1, "meta": {"a": 2}}', "bad_json", "'a'.* stand in 'meta'"),
    ('{"text": "\\ud800x"}', "bad_unicode", "ud800"),
    ('{"text": "x", "meta": {"a": "\\uDC00"}}', "bad_unicode", "udc00"),
    ('{"id": "1", "tekst": "x"}', "bad_field", "no 'text'; the fields are: id, tekst"),
    ('{"text": 3}', "bad_field", "'text' must be a string"),
    ('{"text": "x", "id": [1]}', "bad_field", "'id'"),
    ('{"text": "x", "id": true}', "bad_field", "'id'"),
    ('{"text": "x", "id": ""}', "missing_id", "needs an id"),
    ('{"text": "x", "language": 1}', "bad_field", "'language'"),
    ('{"text": "x", "meta": [1]}', "bad_field", "'meta' must be an object"),
    ('{"text": "x", "labels": {"a": [1]}}', "bad_field", "labels.a"),
    ('{"text": "x", "side_texts": {"a": 1}}', "bad_field", "side_texts.a"),
    ('{"text": " \\n"}', "empty_text", "empty"),
    ('{"text": "x", "spans": {"a": 1}}', "bad_field", "'spans' must be a list"),
    (with_spans('["x"]'), "bad_span", "an object or a list"),
    (with_spans("[[0, 1]]"), "bad_span", r"\[start, end, label\]"),
    (with_spans('[{"start": 0, "end": 1}]'), "bad_span", "'label' must be a string"),
    (with_spans('[{"start": 0, "end": 1, "label": ""}]'), "bad_span", "no label"),
    (
        with_spans('[[0, 1, "A"], {"start": 0, "end": 1, "label": "A", "x": {}}]'),
        "bad_span",
        "meta",
    ),
    (
        with_spans('[{"start": 0, "end": 1, "label": "A", "x": 1, "attributes": {"x": 2}}]'),
        "bad_span",
        "'x'.* in its attributes and beside",
    ),
    (with_spans('[[0, 1.0, "A"]]'), "bad_offset", "whole numbers, not 0 and 1.0"),
    (with_spans('[{"end": 1, "label": "A"}]'), "bad_offset", "not null and 1"),
    (with_spans('[[0, 8, "A"]]'), "bad_offset", "a text of 7 characters"),
    (with_spans('[[3, 4, "A"]]'), "bad_offset", "white space only"),
    (with_spans('[{"label": "A", "fragments": [[4, 5], [0, 1]]}]'), "bad_offset", "does not lie"),
    (
        with_spans('[{"id": "s2", "start": 0, "end": 1, "label": "A"}, [0, 1, "B"]]'),
        "duplicate_span_id",
        "s2",
    ),
    ('{"text": "x", "tokens": ["x"]}', "bad_tokens", "ranges"),
    ('{"text": "x", "tokens": [[0, 2]]}', "bad_tokens", "out of the text"),
    (
        '{"text": "x", "relations": [{"head": "a", "tail": "b"}]}',
        "bad_relation",
        "head, tail and label",
    ),
    (
        '{"text": "x", "relations": [{"head": "a", "tail": "b", "label": "r"}]}',
        "bad_relation",
        "'a'",
    ),
]


@pytest.mark.parametrize(("line", "reason", "says"), BAD)
def test_a_bad_line_is_an_item_of_its_own(file: Path, line: str, reason: str, says: str) -> None:
    items = read(file, f'{{"text": "one"}}\n{line}\n{{"text": "three"}}\n')
    assert [item.record and item.record.id for item in items] == ["a-1", None, "a-3"]
    error = items[1].error
    assert error is not None
    assert (error.reason, error.origin, error.raw) == (reason, f"{file}:2", line)
    assert items[1].origin == "a.jsonl:2"
    with pytest.raises(AssertionError, match=says):
        raise AssertionError(error.detail)
    f"{error.detail}{error.raw}".encode()  # both can be written to a file


def test_bytes_that_are_not_utf8(file: Path) -> None:
    items = read(file, b'{"text": "caf\xe9"}\n{"text": "x"}\n')
    error = items[0].error
    assert error is not None
    assert (error.reason, error.raw) == ("bad_encoding", '{"text": "caf\\xe9"}')
    assert (items[0].origin, error.origin) == ("a.jsonl:1", f"{file}:1")
    assert "byte 0xe9 at 13" in error.detail
    assert one(items[1]).id == "a-2"


def test_the_largest_and_smallest_numbers_pass(file: Path) -> None:
    record = one(read(file, '{"text": "x", "a": [1.7976931348623157e308, 1e-400, -2.5e3]}')[0])
    assert record.meta == {"a": [1.7976931348623157e308, 0.0, -2500.0]}


def test_a_whole_surrogate_pair_is_one_character(file: Path) -> None:
    line = '{"text": "\\ud83d\\ude00 ok", "spans": [[2, 4, "X"]]}'
    record = one(read(file, line)[0])
    assert record.covered(record.spans[0]) == "ok"


def test_the_reader_keeps_the_protocol(file: Path) -> None:
    file.write_text("{}")
    reader: Reader = JsonlReader(JsonlSettings(path=[str(file)]))
    assert isinstance(reader, Reader)
    reader.setup()
    assert reader.splits() == ("train",)
    assert reader.fingerprint("train") == reader.fingerprint("train")
