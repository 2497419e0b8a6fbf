"""Every format through a whole build, from the configuration to the published rows."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import datasets
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import yaml

from spanferry.data.errors import ConfigError
from spanferry.flows.load import load_config
from spanferry.flows.run import build
from tests.translators.parallel.making import write_jsonl, write_moses, write_tmx

PAIRS = [
    ("[Ada] lives in [Lisbon].", "Ada vive em Lisboa."),
    ("The mayor of [Porto] met [Bob].", "O prefeito do Porto encontrou Bob."),
    ("Nobody came.", "Ninguém veio."),
]
PLAIN = [(source.replace("[", "").replace("]", ""), target) for source, target in PAIRS]
#: A document of two sentences, and one that no bitext holds.
TEXTS = [source for source, _ in PAIRS] + [f"{PAIRS[0][0]} {PAIRS[2][0]}", "[Eve] left."]
EXPECTED = [target for _, target in PAIRS] + [f"{PAIRS[0][1]} {PAIRS[2][1]}"]
BY_ID = [{"id": f"r{n}", "pt": text} for n, text in enumerate(EXPECTED)]


def moses(folder: Path) -> dict[str, Any]:
    write_moses(folder, reversed(PLAIN))
    with pa.CompressedOutputStream(pa.OSFile("c.pt.zst", "wb"), "zstd") as file:
        file.write((folder / "c.pt").read_bytes())
    return {"source_path": "c.en", "path": "c.{target}.zst"}


def tmx(folder: Path) -> dict[str, Any]:
    write_tmx(folder / "m.tmx", reversed(PLAIN))
    return {"path": "m.tmx"}


def jsonl(folder: Path) -> dict[str, Any]:
    write_jsonl(folder / "c.jsonl", ({"translation": {"en": a, "pt": b}} for a, b in PLAIN))
    return {"path": "c.jsonl", "source_field": "translation"}


def jsonl_by_id(folder: Path) -> dict[str, Any]:
    write_jsonl(folder / "c.jsonl", BY_ID)
    return {"path": "c.jsonl", "field": "{target}"}


def lines(folder: Path) -> dict[str, Any]:
    (folder / "c.txt").write_text("".join(f"{text}\n" for text in [*EXPECTED, ""]), "utf-8")
    return {"path": "c.txt"}


def saved_dataset(folder: Path) -> dict[str, Any]:
    features = datasets.Features({"translation": datasets.Translation(["en", "pt"])})
    rows = [{"en": a, "pt": b} for a, b in PLAIN]
    made = datasets.Dataset.from_dict({"translation": rows}, features=features)
    made.save_to_disk(str(folder / "saved"))
    return {"path": "saved"}


def parquet(folder: Path) -> dict[str, Any]:
    table = pa.table({"en": [a for a, _ in PLAIN], "pt": [b for _, b in PLAIN]})
    pq.write_table(table, folder / "c.parquet")
    return {"path": "c.parquet"}


def dataset_by_id(folder: Path) -> dict[str, Any]:
    pq.write_table(pa.Table.from_pylist(BY_ID), folder / "c.parquet")
    return {"path": "c.parquet", "id_field": "id"}


def write_build(folder: Path, translate: dict[str, Any]) -> Path:
    rows = []
    for number, marked in enumerate(TEXTS):
        text, spans = "", []
        for place, part in enumerate(marked.replace("]", "[").split("[")):
            if place % 2:
                spans.append({"start": len(text), "end": len(text) + len(part), "label": "NAME"})
            text += part
        rows.append({"id": f"r{number}", "text": text, "spans": spans})
    write_jsonl(folder / "corpus.jsonl", rows)
    config = {
        "source": {"path": "corpus.jsonl"},
        "targets": ["pt"],
        "translate": {"backend": "parallel", **translate},
        "publish": {"path": "out"},
    }
    path = folder / "build.yaml"
    path.write_text(yaml.safe_dump(config), "utf-8")
    return path


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(datasets.config, "HF_DATASETS_CACHE", tmp_path / "cache")
    datasets.disable_progress_bars()


@pytest.mark.parametrize(
    "make", [moses, tmx, jsonl, jsonl_by_id, lines, saved_dataset, parquet, dataset_by_id]
)
def test_build(tmp_path: Path, make: Callable[[Path], dict[str, Any]]) -> None:
    path = write_build(tmp_path, make(tmp_path))
    assert build(load_config(path)).units == 5
    assert build(load_config(path)).units == 0
    [file] = (tmp_path / "out" / "data" / "pt").glob("*.parquet")
    rows = {row["id"]: row for row in pq.read_table(file).to_pylist()}
    assert [rows[f"r{number}"]["text"] for number in range(4)] == EXPECTED
    assert [span["text"] for span in rows["r3"]["spans"]] == ["Ada", "Lisboa"]
    rejected = pq.read_table(tmp_path / "out" / "rejected" / "pt" / "train.parquet").to_pylist()
    assert [(row["id"], row["stage"], row["reason"]) for row in rejected] == [
        ("r4", "translate", "no_translation")
    ]
    card = json.loads((tmp_path / "out" / "manifest.json").read_text("utf-8"))
    assert "parallel" in json.dumps(card)


def test_a_new_translation_builds_again(tmp_path: Path) -> None:
    path = write_build(tmp_path, tmx(tmp_path))
    build(load_config(path))
    write_tmx(tmp_path / "m.tmx", [*PLAIN, ("Eve left.", "Eva saiu.")])
    assert build(load_config(path)).units == 5
    assert not (tmp_path / "out" / "rejected" / "pt" / "train.parquet").exists()


@pytest.mark.parametrize(
    ("settings", "wrong"),
    [
        ({"path": "c.pt", "format": "moses"}, "moses needs source_path, the file of the source si"),
        ({"path": "c.tmx", "field": "pt"}, "field goes with the format jsonl or datasets, not wi"),
        (
            {"path": "corpus.jsonl", "format": "lines", "source_field": "en"},
            "source_field goes .*, not with lines",
        ),
        ({"column": "pt", "split": "dev"}, "split goes with the format datasets, not with column"),
        ({"path": "a.tmx", "unescape": True}, "unescape goes with the format lines or moses, not"),
        ({"path": "a.jsonl", "source_path": "b"}, None),
        ({"path": "a", "source_path": "b", "format": "lines"}, "source_path goes with path and t"),
        ({"column": "a", "source_path": "b"}, "source_path goes with path and the format moses"),
        ({"path": {"dev": "a"}, "source_path": "b"}, "must name files for the same splits"),
        ({"path": {"dev": "a"}, "source_path": {"x": "b"}}, "must name files for the same splits"),
        (
            {"path": "a.jsonl", "source_field": "a", "id_field": "b"},
            "source_field finds by text and id_field by id: give one of them",
        ),
        ({"path": "a.jsonl", "source_field": " "}, r"\.source_field: names no key"),
    ],
)
def test_settings_that_do_not_go_together(
    tmp_path: Path, settings: dict[str, Any], wrong: str | None
) -> None:
    path = write_build(tmp_path, settings)
    if wrong is None:
        load_config(path)
        return
    with pytest.raises(ConfigError, match=rf"build\.yaml: translate.*{wrong}"):
        load_config(path)


def test_targets_that_share_a_file(tmp_path: Path) -> None:
    for settings in (tmx(tmp_path), saved_dataset(tmp_path), jsonl_by_id(tmp_path)):
        load = load_config(write_build(tmp_path, settings), ["targets=[pt, pt-BR]"])
        if "field" in settings:
            with pytest.raises(ConfigError, match=r"has the field 'pt-BR' of the translation"):
                build(load)
        else:
            build(load)
    shared = write_build(tmp_path, {"path": "c.pt", "source_path": "c.en"})
    with pytest.raises(ConfigError, match=r"translate.path: 'c\.pt' is the same for the targets p"):
        build(load_config(shared, ["targets=[pt, es]"]))
