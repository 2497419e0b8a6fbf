"""`datasets` datasets: rows to records, and what is wrong with rows and settings."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import datasets
import pytest
from datasets import ClassLabel, Features, List, Sequence, Value

from spanferry.data.errors import ConfigError
from spanferry.data.readers.base import Read, Reader
from spanferry.data.readers.hf_datasets import DatasetsReader
from spanferry.data.readers.hf_settings import DatasetsSettings
from spanferry.data.records import Record

NER = ClassLabel(names=["O", "B-PER", "I-PER", "B-LOC", "I-LOC"])
SPAN = {"start": Value("int32"), "end": Value("int32"), "label": ClassLabel(names=["PER", "LOC"])}


def read(folder: Path, features: dict[str, Any], rows: list[Any], **settings: Any) -> list[Read]:
    """Rows through `save_to_disk` and the reader."""
    columns = {name: [row[index] for row in rows] for index, name in enumerate(features)}
    dataset = datasets.Dataset.from_dict(columns, features=Features(features))
    dataset.save_to_disk(str(folder))
    reader = DatasetsReader(DatasetsSettings(path=str(folder), **settings))
    reader.setup()
    return list(reader.read("train"))


def one(item: Read) -> Record:
    assert item.record is not None, item.error
    return item.record


def covered(item: Read) -> list[tuple[str, str]]:
    record = one(item)
    return [(span.label, record.covered(span)) for span in record.spans]


WORDS = ["Ada", "Lovelace", "did", "n't", "."]


@pytest.mark.parametrize(
    ("tag", "tags", "settings"),
    [
        (NER, [1, 2, 0, 0, 0], {}),
        (ClassLabel(names=["O", "PER"]), [1, 1, 0, 0, 0], {}),  # no prefixes
        (ClassLabel(names=["O", "B-PER", "I-PER", "L-PER", "U-PER"]), [1, 3, 0, 0, 0], {}),
        (Value("string"), ["I-PER", "I-PER", "O", "O", "O"], {}),
        (Value("string"), ["B", "I", "O", "O", "O"], {"bare_label": "PER"}),
        (Value("int64"), [1, 2, 0, 0, 0], {"tag_names": ["O", "B-PER", "I-PER"]}),
    ],
)
def test_tokens_and_tags(tmp_path: Path, tag: Any, tags: list[Any], settings: Any) -> None:
    features = {"id": Value("string"), "tokens": List(Value("string")), "ner_tags": List(tag)}
    items = read(tmp_path, features, [("a7", WORDS, tags)], **settings)
    record = one(items[0])
    assert (record.id, record.text) == ("a7", "Ada Lovelace didn't.")
    assert covered(items[0]) == [("PER", "Ada Lovelace")]
    assert [record.text[start:end] for start, end in record.tokens or ()] == WORDS
    assert items[0].origin == "train row 1"


def test_named_columns_and_a_text_beside_the_tokens(tmp_path: Path) -> None:
    features = {
        "n": Value("int64"),
        "raw": Value("string"),
        "w": List(Value("string")),
        "t": List(NER),
    }
    rows = [(5, "Ada  Lovelace didn't.", WORDS, [1, 2, 0, 0, 0]), (6, "else", ["Ada"], [1])]
    items = read(
        tmp_path, features, rows, id_column="n", text_column="raw", token_column="w", tag_column="t"
    )
    assert [one(item).text for item in items] == ["Ada  Lovelace didn't.", "Ada"]
    assert covered(items[0]) == [("PER", "Ada  Lovelace")]
    assert one(items[1]).id == "6"


@pytest.mark.parametrize(
    ("spans", "value"),
    [
        (List(SPAN), [{"start": 0, "end": 3, "label": 0}, {"start": 10, "end": 15, "label": 1}]),
        (Sequence(SPAN), {"start": [0, 10], "end": [3, 15], "label": [0, 1]}),
        (
            List({**SPAN, "label": Value("string")}),
            [{"start": 0, "end": 3, "label": "PER"}, {"start": 10, "end": 15, "label": "LOC"}],
        ),
    ],
)
def test_character_spans(tmp_path: Path, spans: Any, value: Any) -> None:
    (item,) = read(
        tmp_path, {"text": Value("string"), "spans": spans}, [("Ada is in Paris.", value)]
    )
    assert covered(item) == [("PER", "Ada"), ("LOC", "Paris")]
    assert (one(item).id, one(item).tokens) == ("train-1", None)
    assert [span.id for span in one(item).spans] == ["s1", "s2"]


def test_spans_with_ids_attributes_and_fragments(tmp_path: Path) -> None:
    part = {"start": Value("int32"), "end": Value("int32")}
    entity = {
        **{"id": Value("string"), "from": Value("int32"), "to": Value("int32")},
        **{"type": Value("string"), "sure": Value("float64")},
        **{"attributes": {"qid": Value("string"), "no": Value("string")}, "fragments": List(part)},
    }
    value = {
        **{"id": "x", "from": 0, "to": 5, "type": "BODY", "sure": 0.5},
        **{"attributes": {"qid": "Q1", "no": None}},
        **{"fragments": [{"start": 0, "end": 1}, {"start": 4, "end": 5}]},
    }
    (item,) = read(
        tmp_path,
        {"sentence": Value("string"), "entities": List(entity)},
        [("a or b", [value])],
        **{"start_key": "from", "end_key": "to", "label_key": "type"},
    )
    (span,) = one(item).spans
    assert (span.id, span.label, span.fragments) == ("x", "BODY", ((0, 1), (4, 5)))
    assert span.attributes == {"qid": "Q1", "sure": "0.5"}


def test_labels_side_texts_and_meta(tmp_path: Path) -> None:
    features = {
        "text": Value("string"),
        "question": Value("string"),
        "intent": ClassLabel(names=["book", "play"]),
        "stars": Value("int64"),
        "held_back": ClassLabel(names=["x"]),
        "day": Value("date32"),
        "score": Value("float64"),
        "pos": List(ClassLabel(names=["N", "V"])),
        "raw": Value("binary"),
    }
    row = ("Play it.", "What?", 1, 4, -1, date(2026, 1, 2), float("nan"), [1, 0], b"x")
    settings: dict[str, Any] = {
        "label_columns": {"act": "intent", "stars": "stars", "gone": "held_back"},
        "side_text_columns": {"q": "question"},
    }
    record = one(read(tmp_path / "a", features, [row], **settings)[0])
    assert record.labels == {"act": "play", "stars": "4"}
    assert record.side_texts == {"q": "What?"}
    assert record.meta == {"day": "2026-01-02", "score": None, "pos": ["V", "N"]}
    chosen = one(read(tmp_path / "b", features, [row], meta_columns=["day"], **settings)[0])
    assert chosen.meta == {"day": "2026-01-02"}
    with pytest.raises(ConfigError, match=r"'raw'.*is no JSON"):
        read(tmp_path / "c", features, [row], meta_columns=["raw"], **settings)


def test_an_infinite_number_is_no_json(tmp_path: Path) -> None:
    features = {"text": Value("string"), "score": Value("float64")}
    items = read(tmp_path, features, [("a", float("inf")), ("b", 1.0)])
    assert [item.error and item.error.reason for item in items] == ["bad_field", None]


@pytest.mark.parametrize(
    ("tag", "words", "tags", "reason", "says"),
    [
        (NER, ["a", "b"], [0], "bad_tokens", "2 words, 1 tags"),
        (NER, ["a", ""], [0, 0], "bad_tokens", "word 2"),
        (NER, ["a", None], [0, 0], "bad_tokens", "word 2 is null"),
        (NER, [], [], "empty_text", "empty"),
        (NER, None, None, "empty_text", "empty"),
        (NER, ["a", "b"], [0, -1], "bad_tag", "tag 2 is -1"),
        (NER, ["a", "b"], [0, None], "bad_tag", "tag 2 is null"),
        (Value("string"), ["a", "b"], ["O", "L-X"], "bad_tag", "'L-X' is not of the scheme"),
    ],
)
def test_bad_rows_of_tokens(
    tmp_path: Path, tag: Any, words: Any, tags: Any, reason: str, says: str
) -> None:
    features = {"tokens": List(Value("string")), "tags": List(tag)}
    good = (["x"], [NER.str2int("B-PER")] if tag is NER else ["B-PER"])
    items = read(tmp_path, features, [good, (words, tags), good], scheme="iob2")
    assert [item.record and item.record.id for item in items] == ["train-1", None, "train-3"]
    error = items[1].error
    assert error is not None
    assert (error.reason, error.origin) == (reason, f"{tmp_path} train row 2")
    assert items[1].origin == "train row 2"
    assert says in error.detail
    assert error.raw.startswith('{"tokens": ')


@pytest.mark.parametrize(
    ("text", "spans", "reason"),
    [
        (None, [], "bad_field"),
        ("", [], "empty_text"),
        ("ab", [{"start": 0, "end": 3, "label": 0}], "bad_offset"),
        ("ab", [{"start": 0, "end": None, "label": 0}], "bad_offset"),
        ("ab", [{"start": 0, "end": 1, "label": -1}], "bad_span"),
    ],
)
def test_bad_rows_of_spans(tmp_path: Path, text: Any, spans: Any, reason: str) -> None:
    features = {"text": Value("string"), "spans": List(SPAN)}
    items = read(tmp_path, features, [(text, spans), ("ok", None)])
    assert [item.error and item.error.reason for item in items] == [reason, None]


TOKENS = {"tokens": List(Value("string")), "ner_tags": List(NER), "text": Value("string")}


@pytest.mark.parametrize(
    ("features", "settings", "says"),
    [
        (TOKENS, {"tag_column": "nerr"}, "tag_column 'nerr': the dataset has tokens"),
        (TOKENS, {"label_columns": {"a": "b"}}, "label_columns.a 'b'"),
        (TOKENS, {"token_column": "text"}, "must hold lists of strings"),
        (TOKENS, {"text_column": "tokens"}, "must hold strings"),
        (TOKENS, {"text_column": "text", "spans_column": "tokens"}, "lists of structs"),
        (TOKENS, {"relations_column": "rels"}, "relations_column 'rels'"),
        (TOKENS, {"relations_column": "tokens"}, "'tokens' needs a spans_column"),
        (TOKENS, {"text_column": "text", "tag_column": "ner_tags"}, "needs a token_column"),
        ({"words": List(Value("string")), "tags": List(Value("int8"))}, {}, "give tag_names"),
        ({"a": Value("string")}, {}, "no column of texts or words"),
        (TOKENS, {"split": "test"}, "split 'test': the dataset .* has train"),
    ],
)
def test_settings_that_do_not_fit(
    tmp_path: Path, features: dict[str, Any], settings: dict[str, Any], says: str
) -> None:
    with pytest.raises(ConfigError, match=says):
        read(tmp_path, features, [[None] * len(features)], **settings)


def test_the_reader_keeps_the_protocol(tmp_path: Path) -> None:
    read(tmp_path, {"text": Value("string")}, [("a",)])
    reader: Reader = DatasetsReader(DatasetsSettings(path=str(tmp_path)))
    assert isinstance(reader, Reader)
    reader.setup()
    with pytest.raises(ConfigError, match="no split 'dev'; it has: train"):
        list(reader.read("dev"))
