"""The dataset card: metadata that the Hub understands, and a text that tells the counts."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from huggingface_hub import DatasetCard

from spanferry.data.backends import BackendInfo
from spanferry.data.publish import BackendUse, CardInfo, FilterRule, Inventory, Shards, publish
from spanferry.data.publish.body import table
from spanferry.data.publish.card import size_category, task_categories
from tests.publish_tables import CARD, PEOPLE, filter_table, people, unreadable_row

FULL = CardInfo(
    name="Silver people",
    source_language="en",
    backends=(
        BackendUse("translate", BackendInfo("engine", "r7", "MIT", "pkg 1.0"), ("es",)),
        BackendUse("align", BackendInfo("align|er", "abc", "Apache-2.0", "hub/model")),
    ),
    filters=(FilterRule("min_span_score", "at least 0.3", "lowest confidence"),),
    source="people.conll",
    source_datasets=("some/people",),
    license="CC-BY-4.0",
    hub="me/people",
    version="0.1.0",
)
SHARDS: Shards = {
    "es": {
        "train": [lambda: people(10, reject=5), lambda: filter_table([unreadable_row(10)])],
        "test": [lambda: people(3)],
    },
    "sr-Latn": {"train": [lambda: people(4, language="sr-Latn")]},
}


def card(path: Path, info: CardInfo = FULL, shards: Shards = SHARDS) -> Any:
    publish(path, shards, PEOPLE, info)
    return DatasetCard.load(path / "README.md")


def test_metadata(tmp_path: Path) -> None:
    data = card(tmp_path / "set").data.to_dict()
    infos = data.pop("dataset_info")
    assert data == {
        "annotations_creators": ["machine-generated"],
        "language_creators": ["machine-generated"],
        "language": ["es", "sr"],
        "language_bcp47": ["es", "sr-Latn"],
        "license": "cc-by-4.0",
        "pretty_name": "Silver people",
        "size_categories": ["n<1K"],
        "source_datasets": ["some/people"],
        "task_categories": ["token-classification"],
        "tags": ["spanferry", "silver-data", "annotation-projection"],
        "configs": [
            {
                "config_name": "all",
                "default": True,
                "data_files": [
                    {"split": "train", "path": ["data/es/train-*", "data/sr-Latn/train-*"]},
                    {"split": "test", "path": "data/es/test-*"},
                ],
            },
            {
                "config_name": "es",
                "data_files": [
                    {"split": "train", "path": "data/es/train-*"},
                    {"split": "test", "path": "data/es/test-*"},
                ],
            },
            {
                "config_name": "sr-Latn",
                "data_files": [{"split": "train", "path": "data/sr-Latn/train-*"}],
            },
        ],
    }
    assert [info["config_name"] for info in infos] == ["all", "es", "sr-Latn"]
    rows = [[(split["name"], split["num_examples"]) for split in info["splits"]] for info in infos]
    assert rows == [
        [("train", 12), ("test", 3)],
        [("train", 8), ("test", 3)],
        [("train", 4)],
    ]
    published = [*(tmp_path / "set/data").rglob("*.parquet")]
    assert infos[0]["download_size"] == sum(each.stat().st_size for each in published)
    assert infos[0]["dataset_size"] == infos[1]["dataset_size"] + infos[2]["dataset_size"]
    assert {feature["name"] for feature in infos[0]["features"]} >= {"spans", "score_complete"}


def test_one_language_is_the_default(tmp_path: Path) -> None:
    data = card(tmp_path / "set", CARD, {"es": {"train": [lambda: people(2)]}}).data.to_dict()
    assert data["license"] == "unknown"
    assert "language_bcp47" not in data
    assert "source_datasets" not in data
    assert data["configs"] == [
        {
            "config_name": "es",
            "default": True,
            "data_files": [{"split": "train", "path": "data/es/train-*"}],
        }
    ]


def test_the_language_called_all(tmp_path: Path) -> None:
    shards: Shards = {
        "all": {"train": [lambda: people(2)]},
        "es": {"train": [lambda: people(2)]},
    }
    names = [config["config_name"] for config in card(tmp_path / "set", CARD, shards).data.configs]
    assert names == ["all_languages", "all", "es"]


@pytest.mark.parametrize(
    "line",
    [
        "# Silver people",
        "15 of 18 records are published.",
        'one = load_dataset("me/people", "es", split="train")',
        'joined = load_dataset("me/people", "all", split="train")',
        "Made with spanferry 0.1.0.",
        "| translate | es | engine | pkg 1.0 | r7 | MIT |",
        "| align | all | align\\|er | hub/model | abc | Apache-2.0 |",
        "| min_span_score | at least 0.3 | lowest confidence |",
        "| es | train | 11 | 8 | 3 |",
        "| es | test | 3 | 3 | 0 |",
        "| es | filter | min_span_score | 2 |",
        "| es | read | bad_tag | 1 |",
        "| es | PER | 13 | 13 | 11 |",
        "This is silver data: the texts were translated by machine, the labels were carried over",
    ],
)
def test_text(tmp_path: Path, line: str) -> None:
    assert any(line in each for each in card(tmp_path / "set").text.splitlines())


def test_the_code_on_the_card_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = card(tmp_path / "set", replace(FULL, hub=None)).text
    code = text.split("```python\n")[1].split("```")[0].replace("path/to/this/folder", "./set")
    monkeypatch.chdir(tmp_path)
    found: dict[str, Any] = {}
    exec(code, found)
    assert found["one"].num_rows == 8
    assert found["joined"].num_rows == 12
    assert found["labels"] == ["PER"]


def test_awkward_names_survive_the_metadata(tmp_path: Path) -> None:
    info = replace(CARD, name='A: "set" #1 — ünï\n---')
    loaded = card(tmp_path / "set", info)
    assert loaded.data.pretty_name == info.name


@pytest.mark.parametrize(
    ("inventory", "expected"),
    [
        (Inventory(), []),
        (Inventory(("PER",)), ["token-classification"]),
        (
            Inventory(("slot",), record_labels={"intent": ("a",)}),
            ["token-classification", "text-classification"],
        ),
        (Inventory(("answer",), side_texts=("question",)), ["question-answering"]),
        (
            Inventory(side_texts=("hypothesis",), record_labels={"label": ("a",)}),
            ["text-classification"],
        ),
    ],
)
def test_task_categories(inventory: Inventory, expected: list[str]) -> None:
    assert task_categories(inventory) == expected


@pytest.mark.parametrize(
    ("rows", "expected"),
    [(0, "n<1K"), (1_000, "1K<n<10K"), (99_999, "10K<n<100K"), (10**9, "n>1B")],
)
def test_size_category(rows: int, expected: str) -> None:
    assert size_category(rows) == expected


def test_a_table_without_rows_has_its_head() -> None:
    assert table(["a", "b"], []).splitlines()[0] == "| a | b |"
