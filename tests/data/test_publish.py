"""The published folder: what `datasets` loads from it, and what becomes of the folder."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from functools import partial
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spanferry.data.errors import AccountingError, ConfigError
from spanferry.data.files import read_parquet, sha256_file, write_parquet
from spanferry.data.publish import Shards, publish
from tests.publish_tables import CARD, PEOPLE, filter_row, filter_table, people, unreadable_row


@pytest.fixture
def load(tmp_path: Path) -> Any:
    """`load_dataset` with a cache of its own."""
    from datasets import load_dataset

    def call(*args: Any, **kwargs: Any) -> Any:
        return load_dataset(*map(str, args), cache_dir=str(tmp_path / "cache"), **kwargs)

    return call


def files(path: Path) -> list[str]:
    return sorted(each.relative_to(path).as_posix() for each in path.rglob("*") if each.is_file())


def contents(path: Path) -> dict[str, bytes]:
    return {name: (path / name).read_bytes() for name in files(path)}


def test_one_language(tmp_path: Path, load: Any) -> None:
    path = tmp_path / "set"
    shards: Shards = {
        "es": {
            "train": [lambda: people(10, reject=5), lambda: filter_table([unreadable_row(10)])],
            "test": [lambda: people(3)],
        }
    }
    made = publish(path, shards, PEOPLE, CARD, read={"train": 11, "test": 3}, manifest={"run": 1})
    assert files(path) == [
        "README.md",
        "data/es/test-00000-of-00001.parquet",
        "data/es/train-00000-of-00001.parquet",
        "manifest.json",
        "rejected/es/train.parquet",
    ]
    loaded = load(path)
    assert {name: part.num_rows for name, part in loaded.items()} == {"train": 8, "test": 3}
    assert list(loaded) == ["train", "test"]
    assert load(path, "es")["train"].features == loaded["train"].features
    assert loaded["train"]["id"] == [f"r{row}" for row in (1, 2, 3, 4, 6, 7, 8, 9)]
    rejected = read_parquet(path / "rejected/es/train.parquet")
    assert rejected.column_names[:5] == ["stage", "reason", "detail", "row", "origin"]
    assert rejected["reason"].to_pylist() == ["min_span_score", "min_span_score", "bad_tag"]
    assert rejected["projected"].to_pylist()[2] is None
    assert rejected["translation"].to_pylist() == ["Escribe Ada 0.", "Escribe Ada 5.", None]
    opened = load("parquet", data_files=str(path / "rejected/es/train.parquet"))["train"]
    assert opened["translation"] == rejected["translation"].to_pylist()
    assert opened[1]["spans"][0]["attributes"] == [{"key": "kb", "value": "Q7259"}]
    assert opened[1]["score_complete"] == 1.0
    manifest = json.loads((path / "manifest.json").read_text("utf-8"))
    assert manifest["complete"] is True
    assert manifest["run"] == {"run": 1}
    assert manifest["counts"]["es"]["train"]["rejected"] == {
        "filter": {"min_span_score": 2},
        "read": {"bad_tag": 1},
    }
    assert set(manifest["files"]) == {*files(path)} - {"manifest.json"}
    for name, entry in manifest["files"].items():
        assert entry["sha256"] == sha256_file(path / name)
    assert made.files["rejected/es/train.parquet"] == 3


def test_several_languages_are_joined_in_the_default_config(tmp_path: Path, load: Any) -> None:
    path = tmp_path / "set"
    shards: Shards = {
        "es": {"train": [lambda: people(4)]},
        "sr-Latn": {"train": [lambda: people(5, language="sr-Latn", reject=2)]},
    }
    publish(path, shards, PEOPLE, CARD)
    joined = load(path)["train"]
    assert joined["language"] == ["es"] * 4 + ["sr-Latn"] * 2
    assert load(path, "es")["train"].num_rows == 4
    assert load(path, "sr-Latn")["train"]["id"] == ["r1", "r3"]
    with pytest.raises(ValueError, match="rejected"):
        load(path, "rejected")


def test_it_loads_offline_in_another_process(tmp_path: Path) -> None:
    publish(tmp_path / "set", {"es": {"train": [lambda: people(4)]}}, PEOPLE, CARD)
    code = (
        "import datasets\n"
        "assert datasets.config.HF_HUB_OFFLINE\n"
        "print(datasets.load_dataset('./set')['train']['spans'][1][0]['text'])\n"
    )
    offline = {"HF_HUB_OFFLINE": "1", "HF_DATASETS_OFFLINE": "1", "HF_HOME": str(tmp_path / "hf")}
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        env={**os.environ, **offline},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (0, "Ada\n"), done.stderr


def test_a_single_file_knows_its_classes(tmp_path: Path, load: Any) -> None:
    path = tmp_path / "set"
    publish(path, {"es": {"train": [lambda: people(4)]}}, PEOPLE, CARD)
    file = path / "data/es/train-00000-of-00001.parquet"
    alone = load("parquet", data_files=str(file))["train"]
    assert alone.features == load(path)["train"].features
    assert alone.features["spans"].feature["label"].names == ["PER"]


def test_a_split_without_published_records_is_left_out(tmp_path: Path, load: Any) -> None:
    path = tmp_path / "set"
    shards: Shards = {
        "es": {"train": [lambda: people(3)], "test": [lambda: people(3, reject=1)]},
        "pt": {"test": [lambda: people(3, reject=1, language="pt")]},
    }
    publish(path, shards, PEOPLE, CARD)
    assert {name: part.num_rows for name, part in load(path).items()} == {"train": 3}
    assert [name for name in files(path) if "test" in name] == [
        "rejected/es/test.parquet",
        "rejected/pt/test.parquet",
    ]


def test_with_nothing_published_the_rejected_records_are_not_loaded(
    tmp_path: Path, load: Any
) -> None:
    path = tmp_path / "set"
    made = publish(path, {"es": {"train": [lambda: people(3, reject=1)]}}, PEOPLE, CARD)
    assert files(path) == ["README.md", "manifest.json", "rejected/es/train.parquet"]
    assert made.summary.total().published == 0
    with pytest.raises(FileNotFoundError, match=r"No \(supported\) data files"):
        load(path)


def test_files_of_a_given_size(tmp_path: Path, load: Any) -> None:
    path = tmp_path / "set"
    made = publish(path, {"es": {"train": [lambda: people(25)]}}, PEOPLE, CARD, rows_per_file=10)
    assert {name: rows for name, rows in made.files.items() if rows is not None} == {
        "data/es/train-00000-of-00003.parquet": 10,
        "data/es/train-00001-of-00003.parquet": 10,
        "data/es/train-00002-of-00003.parquet": 5,
    }
    assert load(path)["train"]["id"] == [f"r{row}" for row in range(25)]


@settings(max_examples=10, deadline=None)
@given(cuts=st.lists(st.integers(0, 60), max_size=6))
def test_the_bytes_do_not_depend_on_the_shards(
    cuts: list[int], tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("publish")
    whole = people(60, reject=7)
    edges = [0, *sorted(cuts), 60]
    pieces = []
    for at, start in enumerate(edges[:-1]):
        pieces.append(folder / f"{at}.parquet")
        write_parquet(whole.slice(start, edges[at + 1] - start), pieces[-1])
    publish(folder / "a", {"es": {"train": [lambda: whole]}}, PEOPLE, CARD, rows_per_file=20)
    publish(folder / "b", {"es": {"train": pieces}}, PEOPLE, CARD, rows_per_file=20)
    assert contents(folder / "a") == contents(folder / "b")


def test_a_new_publication_replaces_the_old_one(tmp_path: Path) -> None:
    path = tmp_path / "set"
    first: Shards = {
        "es": {"train": [lambda: people(25, reject=3)]},
        "pt": {"train": [lambda: people(25, language="pt")]},
    }
    second: Shards = {"es": {"train": [lambda: people(8)]}}
    publish(path, first, PEOPLE, CARD, rows_per_file=10)
    (path / "notes.txt").write_text("mine")
    (path / "data/es/.keep").write_text("mine")
    publish(path, second, PEOPLE, CARD)
    publish(tmp_path / "fresh", second, PEOPLE, CARD)
    assert {*files(path)} - {*files(tmp_path / "fresh")} == {"notes.txt", "data/es/.keep"}
    assert not (path / "data/pt").exists()
    assert not (path / "rejected").exists()
    assert (path / "manifest.json").read_bytes() == (tmp_path / "fresh/manifest.json").read_bytes()


def test_what_a_killed_publication_leaves_is_cleared_by_the_next(tmp_path: Path) -> None:
    path = tmp_path / "set"

    def broken() -> pa.Table:
        if (path / "data/es/train-00000-of-00003.parquet").exists():
            raise KeyboardInterrupt
        return people(25)

    shards: Shards = {"es": {"train": [broken]}, "pt": {"train": [broken]}}
    with pytest.raises(KeyboardInterrupt):
        publish(path, shards, PEOPLE, CARD, rows_per_file=10)
    assert json.loads((path / "manifest.json").read_text())["complete"] is False
    assert "README.md" not in files(path)
    assert "data/es/train-00000-of-00003.parquet" in files(path)
    (path / "data/es/.train.parquet.0123456789abcdef.tmp").write_text("half")
    publish(path, {"es": {"train": [lambda: people(5)]}}, PEOPLE, CARD)
    assert files(path) == ["README.md", "data/es/train-00000-of-00001.parquet", "manifest.json"]


@pytest.mark.parametrize("name", ["README.md", "data/train.csv", "manifest.json"])
def test_a_folder_of_somebody_else_is_refused(tmp_path: Path, name: str) -> None:
    path = tmp_path / "set"
    (path / name).parent.mkdir(parents=True)
    (path / name).write_text('{"format": "theirs"}')
    with pytest.raises(ConfigError, match="did not write"):
        publish(path, {"es": {"train": [lambda: people(2)]}}, PEOPLE, CARD)
    assert files(path) == [name]


def test_a_file_in_place_of_the_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "set").write_text("")
    with pytest.raises(ConfigError, match="is a file"):
        publish(tmp_path / "set", {"es": {"train": [lambda: people(2)]}}, PEOPLE, CARD)


def test_a_manifest_that_was_edited_removes_nothing_outside(tmp_path: Path) -> None:
    path = tmp_path / "set"
    publish(path, {"es": {"train": [lambda: people(2)]}}, PEOPLE, CARD)
    manifest = json.loads((path / "manifest.json").read_text())
    others = [
        "../notes.parquet",
        "data/../notes.parquet",
        "data/../../notes.parquet",
        "notes.parquet",
    ]
    for name in others:
        (path / name).write_text("mine")
    manifest["files"].update(dict.fromkeys([*others, str(tmp_path / "notes.parquet")]))
    (path / "manifest.json").write_text(json.dumps(manifest))
    publish(path, {"es": {"test": [lambda: people(2)]}}, PEOPLE, CARD)
    assert (tmp_path / "notes.parquet").exists()
    assert files(path) == [
        "README.md",
        "data/es/test-00000-of-00001.parquet",
        "manifest.json",
        "notes.parquet",
    ]


@pytest.mark.parametrize("shards", [{}, {"es": {}}])
def test_nothing_to_publish_is_an_error(tmp_path: Path, shards: Shards) -> None:
    with pytest.raises(ConfigError, match="nothing to publish"):
        publish(tmp_path / "set", shards, PEOPLE, CARD)


@pytest.mark.parametrize("split", ["dev-test", "", "a b", "../train"])
def test_split_names_that_cannot_be_loaded_are_refused(tmp_path: Path, split: str) -> None:
    with pytest.raises(ConfigError, match="cannot be published"):
        publish(tmp_path / "set", {"es": {split: [lambda: people(2)]}}, PEOPLE, CARD)
    assert not (tmp_path / "set").exists()


@pytest.mark.parametrize(
    ("tables", "read", "message"),
    [
        ([people(3), people(3)], None, "row 0 stands there twice"),
        ([people(3), people(2, start=2)], None, "row 2 stands there twice"),
        ([pa.concat_tables([people(2), people(2)])], None, "row 0 stands there twice"),
        ([people(3)], {"train": 4}, "4 records were read, 3 came"),
        ([people(3)], {"test": 3}, "0 records were read, 3 came"),
    ],
)
def test_records_that_are_lost_or_there_twice(
    tmp_path: Path, tables: list[pa.Table], read: dict[str, int] | None, message: str
) -> None:
    shards: Shards = {"es": {"train": [partial(pa.table, each) for each in tables]}}
    with pytest.raises(AccountingError, match=message):
        publish(tmp_path / "set", shards, PEOPLE, CARD, read=read)
    assert not (tmp_path / "set").exists()


def test_a_record_without_translation_cannot_be_published(tmp_path: Path) -> None:
    from spanferry.data.records import Record

    table = filter_table([filter_row(0, Record("r0", "Hello there"), None)])
    with pytest.raises(AccountingError, match="'r0' is to be published, but has no translation"):
        publish(tmp_path / "set", {"es": {"train": [lambda: table]}}, PEOPLE, CARD)
    assert json.loads((tmp_path / "set/manifest.json").read_text())["complete"] is False


def test_progress_is_told_of_every_row_twice(tmp_path: Path) -> None:
    told: list[int] = []
    shards: Shards = {"es": {"train": [lambda: people(9, reject=4)]}}
    publish(tmp_path / "set", shards, PEOPLE, CARD, progress=told.append)
    assert sum(told) == 18
