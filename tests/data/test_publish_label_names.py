"""Labels under names of their own in each language: what loads, and what the card says."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from spanferry.data.publish import Inventory, LabelNames, Shards, publish
from spanferry.data.records import Record, Relation
from tests.publish_tables import CARD, filter_row, filter_table, mark, place

NAMES = {
    "es": LabelNames(
        {"PER": "PER", "works_at": "trabaja_en", "ask": "preguntar", "FIRM": "EMPRESA"},
        {"PER": "code"},
    ),
    "pt": LabelNames(
        {"PER": "PESSOA", "works_at": "works_at", "ask": "ask", "FIRM": "EMPRESA"},
        {"works_at": "same_name", "ask": "same_name"},
    ),
}


def shard(language: str) -> pa.Table:
    rows = []
    for row in range(4):
        text = "Ada works at Acme."
        spans = mark(text, ("Ada", "PER"), ("Acme", "FIRM"))
        record = Record(
            f"r{row}",
            text,
            spans=spans,
            relations=(Relation("s0", "s1", "works_at"),),
            labels={"intent": "ask"},
            tokens=((0, 3), (4, 9), (10, 12), (13, 17), (17, 18)),
        )
        translation = f"Ada {language} Acme."
        placed = [place(translation, part, span) for part, span in zip(
            ("Ada", "Acme"), spans, strict=True)]  # fmt: skip
        why = ("filter", "min_span_score", "0.1") if row == 3 else None
        rows.append(
            filter_row(
                row,
                record,
                translation,
                projected=placed,
                relations=record.relations,
                rejection=why,
                language=language,
            )
        )
    return filter_table(rows)


def labels() -> Inventory:
    return Inventory(("FIRM", "PER"), ("works_at",), {"intent": ("ask",)}, (), True)


@pytest.fixture
def load(tmp_path: Path) -> Any:
    """`load_dataset` with a cache of its own."""
    from datasets import load_dataset

    def call(*args: Any, **kwargs: Any) -> Any:
        return load_dataset(*args, cache_dir=str(tmp_path / "cache"), split="train", **kwargs)

    return call


def made(path: Path, names: Mapping[str, LabelNames] | None) -> dict[str, Any]:
    languages = list(names or NAMES)
    shards: Shards = {language: {"train": [partial(shard, language)]} for language in languages}
    publish(path, shards, labels(), CARD, label_names=names)
    manifest: dict[str, Any] = json.loads((path / "manifest.json").read_text("utf-8"))
    return manifest


def classes(features: Any) -> dict[str, list[str]]:
    found = {
        "spans": features["spans"].feature["label"].names,
        "tags": features["tags"].feature.names,
        "relations": features["relations"].feature["label"].names,
        "intent": features["intent"].names,
    }
    for column in ("source_spans", "missing"):
        assert features[column].feature["label"].names == found["spans"]
    return found


def test_each_language_loads_with_its_names_and_all_with_those_of_the_source(
    tmp_path: Path, load: Any
) -> None:
    path = tmp_path / "set"
    manifest = made(path, NAMES)
    expected = {
        "es": {
            "spans": ["EMPRESA", "PER"],
            "tags": ["O", "B-EMPRESA", "I-EMPRESA", "B-PER", "I-PER"],
            "relations": ["trabaja_en"],
            "intent": ["preguntar"],
        },
        "pt": {
            "spans": ["EMPRESA", "PESSOA"],
            "tags": ["O", "B-EMPRESA", "I-EMPRESA", "B-PESSOA", "I-PESSOA"],
            "relations": ["works_at"],
            "intent": ["ask"],
        },
        "all": {
            "spans": ["FIRM", "PER"],
            "tags": ["O", "B-FIRM", "I-FIRM", "B-PER", "I-PER"],
            "relations": ["works_at"],
            "intent": ["ask"],
        },
    }
    for config, names in expected.items():
        rows = load(str(path), config)
        assert classes(rows.features) == names
        assert rows[0]["tags"] == [3, 0, 1, 0]  # a class has one number in all of them
        assert [span["label"] for span in rows[0]["spans"]] == [1, 0]
    assert [row["language"] for row in rows] == ["es"] * 3 + ["pt"] * 3
    alone = load("parquet", data_files=str(path / "data/pt/*.parquet"))
    assert classes(alone.features) == expected["pt"]
    assert manifest["label_names"]["es"]["names"]["ask"] == "preguntar"
    assert manifest["inventory"]["span_labels"] == ["FIRM", "PER"]


def test_one_language_loads_with_its_names(tmp_path: Path, load: Any) -> None:
    path = tmp_path / "set"
    made(path, {"pt": NAMES["pt"]})
    assert load(str(path)).features["spans"].feature["label"].names == ["EMPRESA", "PESSOA"]
    assert "`all`" not in (path / "README.md").read_text("utf-8")


def test_rows_and_rejected_records_are_the_same_but_for_the_names(tmp_path: Path) -> None:
    import pyarrow.parquet as pq

    made(tmp_path / "plain", None)
    made(tmp_path / "named", NAMES)
    assert "label_names" not in json.loads((tmp_path / "plain/manifest.json").read_text("utf-8"))
    for name in ("data/es/train-00000-of-00001.parquet", "rejected/es/train.parquet"):
        plain, named = (pq.read_table(tmp_path / folder / name) for folder in ("plain", "named"))
        assert plain.equals(named)
        if name.startswith("rejected"):
            assert {span["label"] for span in named["spans"][0].as_py()} == {"PER", "FIRM"}


def test_the_card_has_the_names_and_why_some_stayed(tmp_path: Path) -> None:
    made(tmp_path, NAMES)
    text = (tmp_path / "README.md").read_text("utf-8")
    part = text[text.index("## Names of labels") : text.index("## Columns")]
    for line in (
        "| label | es | pt |",
        "| FIRM | EMPRESA | EMPRESA |",
        "| PER | PER | PESSOA |",
        "| ask | preguntar | ask |",
        "| es | code | PER |",
        "| pt | same_name | works_at, ask |",
    ):
        assert line in part.splitlines()
    assert "`all` has the labels of the source" in " ".join(part.split())
    assert "| es | FIRM | 4 | 4 | 3 |" in text  # counts go by the labels of the source
