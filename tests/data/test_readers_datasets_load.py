"""Where a dataset may lie, its splits and its fingerprint."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import datasets
import pytest
from datasets import ClassLabel, Dataset, DatasetDict, Features, List, Value

from spanferry.data.errors import ConfigError
from spanferry.data.readers.hf_datasets import DatasetsReader
from spanferry.data.readers.hf_settings import DatasetsSettings

FEATURES = Features(
    {"tokens": List(Value("string")), "tags": List(ClassLabel(names=["O", "B-A", "I-A"]))}
)


def rows(count: int) -> Dataset:
    values = {
        "tokens": [[f"w{n}", "x"] for n in range(count)],
        "tags": [[1, n % 3] for n in range(count)],
    }
    return Dataset.from_dict(values, features=FEATURES)


@pytest.fixture(autouse=True)
def _offline(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(datasets.config, "HF_DATASETS_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(datasets.config, "HF_HUB_OFFLINE", True)


def opened(path: Any, **settings: Any) -> DatasetsReader:
    reader = DatasetsReader(DatasetsSettings(path=path, **settings))
    reader.setup()
    return reader


def counts(reader: DatasetsReader) -> dict[str, int]:
    return {
        split: sum(item.record is not None for item in reader.read(split))
        for split in reader.splits()
    }


@pytest.fixture
def kinds(tmp_path: Path) -> dict[str, Any]:
    """The same rows in every shape that can be read."""
    train, test = rows(2_500), rows(3)
    folder = tmp_path / "parquet"
    folder.mkdir()
    train.to_parquet(str(folder / "train.parquet"))
    test.to_parquet(str(folder / "test.parquet"))
    train.to_json(str(tmp_path / "train.jsonl"))
    test.to_json(str(tmp_path / "test.jsonl"))
    DatasetDict(train=train, test=test).save_to_disk(str(tmp_path / "saved"))
    return {
        "saved": str(tmp_path / "saved"),
        "folder": str(folder),
        "files": {"train": str(folder / "tr*.parquet"), "test": [str(folder / "test.parquet")]},
        "json": {name: str(tmp_path / f"{name}.jsonl") for name in ("train", "test")},
    }


@pytest.mark.parametrize("kind", ["saved", "folder", "files", "json"])
def test_every_shape(kinds: dict[str, Any], kind: str) -> None:
    settings = {"tag_names": FEATURES["tags"].feature.names} if kind == "json" else {}
    reader = opened(kinds[kind], **settings)
    assert counts(reader) == {"train": 2_500, "test": 3}
    last = list(reader.read("train"))[-1].record
    assert last is not None
    assert (last.id, last.text, len(last.spans)) == ("train-2500", "w2499 x", 1)


def test_the_fingerprint_is_of_the_rows_alone(kinds: dict[str, Any], tmp_path: Path) -> None:
    found = {opened(kinds[kind]).fingerprint("train") for kind in ("saved", "folder", "files")}
    assert len(found) == 1
    assert opened(kinds["saved"]).fingerprint("test") not in found
    names = Features({**FEATURES, "tags": List(ClassLabel(names=["O", "B-B", "I-B"]))})
    rows(2_500).cast(names).save_to_disk(str(tmp_path / "renamed"))
    assert opened(str(tmp_path / "renamed")).fingerprint("train") not in found


def test_splits_can_be_chosen(kinds: dict[str, Any]) -> None:
    assert opened(kinds["saved"], split="test").splits() == ("test",)
    assert opened(kinds["saved"], split=["test", "train"]).splits() == ("test", "train")
    with pytest.raises(ConfigError, match=r"split 'dev': .* has train, test"):
        opened(kinds["saved"], split="dev")


def test_a_selection_is_read_in_its_own_order(tmp_path: Path) -> None:
    rows(5).select([3, 1]).save_to_disk(str(tmp_path / "some"))
    texts = [
        item.record and item.record.text for item in opened(str(tmp_path / "some")).read("train")
    ]
    assert texts == ["w3 x", "w1 x"]


@pytest.mark.parametrize(
    ("path", "says"),
    [
        ("nobody/nothing", "'nobody/nothing' cannot be loaded: .*offline"),
        ("no-such-set", "'no-such-set' cannot be loaded"),
        ("./no/such/folder", "there is no file './no/such/folder'"),
        ("no/such.parquet", "there is no file 'no/such.parquet'"),
    ],
)
def test_what_is_not_there(path: str, says: str) -> None:
    with pytest.raises(ConfigError, match=f"(?i){says}"):
        opened(path)


def test_files_of_other_kinds_are_refused(tmp_path: Path) -> None:
    (tmp_path / "a.conll").write_text("a O\n")
    with pytest.raises(ConfigError, match=r"all be of one kind: .parquet"):
        opened(str(tmp_path / "a.conll"))
    (tmp_path / "b.parquet").write_text("no parquet")
    with pytest.raises(ConfigError, match="cannot be loaded"):
        opened(str(tmp_path / "b.parquet"))


def test_a_saved_dataset_without_rows(tmp_path: Path) -> None:
    rows(0).save_to_disk(str(tmp_path / "none"))
    with pytest.raises(ConfigError, match="has a split without rows"):
        opened(str(tmp_path / "none"))
