"""Datasets that spanferry published, read again, and the forms that only they have."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import datasets
import pytest
from datasets import ClassLabel, Features, List, Value

from spanferry.data.readers.base import Read
from spanferry.data.readers.hf_datasets import DatasetsReader
from spanferry.data.readers.hf_settings import DatasetsSettings
from spanferry.data.records import Record, Relation
from spanferry.flows.load import load_config
from spanferry.flows.run import build
from tests.flows.corpora import write_corpus


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(datasets.config, "HF_DATASETS_CACHE", str(tmp_path / "cache"))


def records(path: str, **settings: Any) -> dict[str, list[Record]]:
    reader = DatasetsReader(DatasetsSettings(path=path, **settings))
    reader.setup()
    return {split: [one(item) for item in reader.read(split)] for split in reader.splits()}


def one(item: Read) -> Record:
    assert item.record is not None, item.error
    return item.record


def publish(folder: Path, rows: dict[str, list[dict[str, Any]]]) -> None:
    """Build `out/names` from rows of one or more splits."""
    source = {}
    for split, of_split in rows.items():
        lines = [json.dumps(row, ensure_ascii=False) for row in of_split]
        (folder / f"{split}.jsonl").write_text("\n".join(lines) + "\n", "utf-8")
        source[split] = f"{split}.jsonl"
    write_corpus(folder, 1, source={"path": source}, translate={"column": "translation"})
    build(load_config(Path("build.yaml"), []))


def published(split: str) -> list[tuple[str, str, set[tuple[int, int, str]]]]:
    """Id, text and spans as `load_dataset` gives them."""
    rows = datasets.load_dataset("out/names", split=split)
    names = rows.features["spans"].feature["label"].names
    return [
        (
            row["id"],
            row["text"],
            {(span["start"], span["end"], names[span["label"]]) for span in row["spans"]},
        )
        for row in rows
    ]


def shown(found: list[Record]) -> list[tuple[str, str, set[tuple[int, int, str]]]]:
    return [
        (one.id, one.text, {(span.start, span.end, span.label) for span in one.spans})
        for one in found
    ]


def span(id: str, start: int, end: int, label: str, **more: Any) -> dict[str, Any]:
    return {"id": id, "start": start, "end": end, "label": label, **more}


NESTED = [
    span("o", 0, 18, "ORG", attributes={"qid": "Q1", "score": "high"}),
    span("l", 14, 18, "LOC"),
]
RICH = {
    "id": "x1",
    "text": "University of Rome met Ada.",
    "translation": "Universidade de Roma encontrou Ada.",
    "spans": [*NESTED, span("p", 23, 26, "PER")],
    "relations": [{"head": "p", "tail": "o", "label": "met"}],
    "tokens": [[0, 10], [11, 13], [14, 18], [19, 22], [23, 26], [26, 27]],
}


def test_one_split(tmp_path: Path) -> None:
    write_corpus(tmp_path, 25)
    build(load_config(Path("build.yaml"), []))
    found = records("out/names")
    assert list(found) == ["train"]
    assert len(found["train"]) == 25
    assert sum(len(record.spans) for record in found["train"]) > 25
    assert shown(found["train"]) == published("train")
    assert all(not span.attributes for record in found["train"] for span in record.spans)


def test_two_splits_and_everything_that_a_record_can_have(tmp_path: Path) -> None:
    plain = {"id": "x2", "text": "Ada came.", "translation": "Ada veio.", "tokens": [[0, 3]]}
    test = [{**RICH, "id": "t1"}]
    publish(tmp_path, {"train": [RICH, plain], "test": test})
    columns = datasets.load_dataset("out/names", split="train").column_names
    assert {"tokens", "tags", "spans", "relations"} <= set(columns)
    found = records("out/names")
    assert set(found) == {"train", "test"}
    assert {split: shown(of_split) for split, of_split in found.items()} == {
        split: published(split) for split in found
    }
    rich, bare = found["train"]
    assert [(s.id, s.label, rich.covered(s)) for s in rich.spans] == [
        ("o", "ORG", "Universidade de Roma"),
        ("l", "LOC", "Roma"),  # nested: the tags do not have it
        ("p", "PER", "Ada"),
    ]
    assert rich.spans[0].attributes == {"qid": "Q1", "score": "high"}
    assert rich.relations == (Relation("p", "o", "met"),)
    assert rich.tokens is not None
    assert [rich.text[start:end] for start, end in rich.tokens] == (
        ["Universidade", "de", "Roma", "encontrou", "Ada", "."]
    )
    assert (bare.spans, bare.relations) == ((), ())


SPAN = {"id": Value("string"), "start": Value("int32"), "end": Value("int32")}
SPAN |= {"label": ClassLabel(names=["PER", "LOC"])}
ENTRY = {"key": Value("string"), "value": Value("string")}


def saved(folder: Path, features: dict[str, Any], *rows: tuple[Any, ...]) -> list[Read]:
    columns = {name: [row[at] for row in rows] for at, name in enumerate(features)}
    datasets.Dataset.from_dict(columns, Features(features)).save_to_disk(str(folder / "saved"))
    reader = DatasetsReader(DatasetsSettings(path=str(folder / "saved")))
    reader.setup()
    return list(reader.read("train"))


@pytest.mark.parametrize(
    ("kind", "value", "attributes"),
    [
        (List(ENTRY), [{"key": "a", "value": "1"}, {"key": "b", "value": None}], {"a": "1"}),
        (List(ENTRY), [], {}),
        (List(ENTRY), None, {}),
        (List(List(Value("string"))), [["a", "1"], ["b", "2"]], {"a": "1", "b": "2"}),
        (List(ENTRY), [{"key": "a", "value": "1"}] * 2, "bad_span"),
        (List(ENTRY), [{"key": None, "value": "1"}], "bad_field"),
        (List(List(Value("string"))), [["a"]], "bad_field"),
        (Value("string"), "a", "bad_field"),
    ],
)
def test_attributes(tmp_path: Path, kind: Any, value: Any, attributes: Any) -> None:
    features = {"text": Value("string"), "spans": List({**SPAN, "attributes": kind})}
    spans = [{"id": "s", "start": 0, "end": 3, "label": 0, "attributes": value}]
    (item,) = saved(tmp_path, features, ("Ada.", spans))
    if isinstance(attributes, str):
        assert item.error is not None
        assert item.error.reason == attributes
    else:
        assert one(item).spans[0].attributes == attributes


def test_a_discontinuous_span_without_what_belongs_to_its_projection(tmp_path: Path) -> None:
    parts = {"start": Value("int32"), "end": Value("int32")}
    more = {"text": Value("string"), "score": Value("float32"), "method": Value("string")}
    spans = List({**SPAN, **more, "source_span": Value("string"), "fragments": List(parts)})
    value = {"id": "s", "start": 0, "end": 5, "label": 1, "text": "a ... b", "score": 0.5}
    value |= {"method": "alignment", "source_span": "s"}
    value |= {"fragments": [{"start": 0, "end": 1}, {"start": 4, "end": 5}]}
    (item,) = saved(tmp_path, {"text": Value("string"), "spans": spans}, ("a x b", [value]))
    (found,) = one(item).spans
    assert (found.label, found.fragments, found.attributes) == ("LOC", ((0, 1), (4, 5)), {})


@pytest.mark.parametrize(
    ("tokens", "offsets"),
    [
        (["Ada", "came", "."], ((0, 3), (4, 8), (8, 9))),
        (["Ada", "went", "."], None),
        (["Ada", "", "came", "."], None),
        (["Ada", None], None),
        (None, None),
    ],
)
def test_words_beside_spans(tmp_path: Path, tokens: Any, offsets: Any) -> None:
    features = {
        **{"text": Value("string"), "spans": List(SPAN), "tokens": List(Value("string"))},
        "tags": List(ClassLabel(names=["O", "B-LOC"])),
    }
    spans = [{"id": "s", "start": 0, "end": 3, "label": 0}]
    (item,) = saved(tmp_path, features, ("Ada came.", spans, tokens, [1, 0, 0]))
    assert one(item).tokens == offsets
    assert [span.label for span in one(item).spans] == ["PER"]


@pytest.mark.parametrize(
    ("head", "value", "found"),
    [
        (Value("string"), "a", (Relation("a", "b", "PER"),)),
        (Value("string"), "z", "bad_relation"),
        (Value("int64"), 0, ()),  # places in a list, say: goes to meta
    ],
)
def test_relations(tmp_path: Path, head: Any, value: Any, found: Any) -> None:
    relation = {"head": head, "tail": Value("string"), "label": SPAN["label"]}
    features = {"text": Value("string"), "spans": List(SPAN), "relations": List(relation)}
    spans = [{"id": id, "start": 0, "end": 1, "label": 0} for id in ("a", "b")]
    relations = [{"head": value, "tail": "b", "label": 0}]
    (item,) = saved(tmp_path, features, ("x", spans, relations))
    if isinstance(found, str):
        assert item.error is not None
        assert item.error.reason == found
    else:
        assert one(item).relations == found
        assert ("relations" in one(item).meta) == (not found)
