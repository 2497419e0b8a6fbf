"""Word tags in the published dataset: columns, classes, words that are cut, and what is refused."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from spanferry.data.errors import AccountingError
from spanferry.data.publish import Inventory, publish
from spanferry.data.publish.card import task_categories
from spanferry.data.publish.features import columns
from spanferry.data.records import Record
from tests.publish_tables import CARD, filter_row, filter_table, mark, place

TEXT = "Paris and Rome."
TOKENS = ((0, 5), (6, 9), (10, 14), (14, 15))
UPOS = ("PROPN", "CCONJ", "PROPN", "PUNCT")
WORDS = ((0, 5), (6, 7), (8, 12), (12, 13))


def row(number: int = 0, text: str = "Paris e Roma.", **more: Any) -> dict[str, Any]:
    """A row with the layer `upos`; `layers` stands for what projection made of it."""
    layers = more.pop("layers", {"upos": list(UPOS)})
    record = Record(
        f"r{number}", TEXT, tokens=TOKENS, word_tags={"upos": UPOS}, spans=more.pop("spans", ())
    )
    made = filter_row(number, record, text, words=more.pop("words", WORDS), **more)
    scored = [(name, [{"tag": tag, "score": 0.5} for tag in tags]) for name, tags in layers.items()]
    return {**made, "projected_word_tags": scored}


def published(folder: Path, *rows: dict[str, Any], inventory: Inventory | None = None) -> Any:
    from datasets import load_dataset

    table = filter_table(rows)
    found = inventory or Inventory.from_table(table)
    publish(folder / "set", {"pt": {"train": [lambda: table]}}, found, CARD)
    return load_dataset(str(folder / "set"), "pt", split="train", cache_dir=str(folder / "cache"))


def test_a_column_of_classes_and_one_of_scores(tmp_path: Path) -> None:
    untagged = filter_row(1, Record("r1", "Hi."), "Oi.", words=((0, 2), (2, 3)))
    dataset = published(tmp_path, row(), untagged)
    assert dataset.column_names[3:6] == ["tokens", "upos", "upos_scores"]
    assert "tags" not in dataset.column_names  # nothing but O, as there are no spans
    assert dataset.features["upos"].feature.names == ["CCONJ", "PROPN", "PUNCT"]
    assert dataset[0]["tokens"] == ["Paris", "e", "Roma", "."]
    assert dataset[0]["upos"] == [1, 0, 1, 2]
    assert dataset[0]["upos_scores"] == [0.5] * 4
    assert (dataset[1]["tokens"], dataset[1]["upos"]) == (["Oi", "."], None)


def test_a_word_cut_at_a_span_has_its_tag_twice(tmp_path: Path) -> None:
    spans = mark(TEXT, ("Paris", "LOC"), ("Rome", "LOC"))
    placed = [place("Parisroma, fim.", name, span) for name, span in
              zip(("Paris", "roma"), spans, strict=True)]  # fmt: skip
    made = row(
        text="Parisroma, fim.",
        spans=spans,
        projected=placed,
        words=((0, 9), (9, 10), (11, 14), (14, 15)),
        layers={"upos": ["PROPN", "PUNCT", "CCONJ", "PUNCT"]},
    )
    first = published(tmp_path, made)[0]
    assert first["tokens"] == ["Paris", "roma", ",", "fim", "."]
    assert first["tags"] == [1, 1, 0, 0, 0]
    assert first["upos"] == [1, 1, 2, 0, 2]
    assert len(first["upos_scores"]) == 5


def test_names_that_are_taken() -> None:
    layers = {"tags": ("X",), "upos": ("X",)}
    found = columns(Inventory(word_tags=layers, record_labels={"upos_scores": ("a",)}), ())
    assert found.word_tags == {
        "tags": ("tags_tags", "tags_tags_scores"),
        "upos": ("upos", "tags_upos_scores"),
    }
    assert found.labels == {"upos_scores": "upos_scores"}


def test_the_inventory_joins_layers_and_survives_json() -> None:
    one = Inventory.from_table(filter_table([row()]))
    assert one.word_tags == {"upos": ("CCONJ", "PROPN", "PUNCT")}
    both = one.merge(Inventory(word_tags={"upos": ("ADJ",), "xpos": ("JJ",)}))
    assert both.word_tags == {"upos": ("ADJ", "CCONJ", "PROPN", "PUNCT"), "xpos": ("JJ",)}
    assert Inventory.from_json(both.to_json()) == both
    assert task_categories(one) == ["token-classification"]
    assert both.labels() == ()


def test_the_card_lists_the_tags(tmp_path: Path) -> None:
    published(tmp_path, row())
    card = (tmp_path / "set/README.md").read_text("utf-8")
    assert "| upos, upos_scores | a tag a word (`CCONJ`, `PROPN`, `PUNCT`)" in card
    assert "token-classification" in card


def test_rejected_records_keep_their_word_tags(tmp_path: Path) -> None:
    from datasets import load_dataset

    published(tmp_path, row(), row(1, rejection=("filter", "length_ratio", "")))
    file = tmp_path / "set/rejected/pt/train.parquet"
    (kept,) = pq.read_table(file)["projected_word_tags"].to_pylist()
    assert [tag["tag"] for tag in kept[0]["value"]] == list(UPOS)
    opened = load_dataset(
        "parquet", data_files=str(file), split="train", cache_dir=str(tmp_path / "cache")
    )
    assert opened[0]["word_tags"] == [{"key": "upos", "value": list(UPOS)}]


@pytest.mark.parametrize(
    ("layers", "said"),
    [
        ({"upos": ["X"] * 3}, "4 words, but 3 word tags"),
        ({"upos": ["X"] * 4}, "upos tag 'X' is not in the inventory"),
    ],
)
def test_tags_that_do_not_fit(tmp_path: Path, layers: dict[str, list[str]], said: str) -> None:
    with pytest.raises(AccountingError, match=said):
        published(tmp_path, row(layers=layers))
