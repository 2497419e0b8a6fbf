"""Corpora for builds with small models: sentences they were taught, sentences they never saw."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import yaml

from spanferry.flows.load import load_config
from spanferry.flows.run import Result, build
from tests.models.language import Pair
from tests.models.lessons import LESSONS

#: The checkout, where the package `tests` is.
ROOT = Path(__file__).parents[2]
#: The code of the artificial language: one of those that ISO 639 keeps free for private use.
ARTIFICIAL = "qaa"


def lesson_records() -> list[dict[str, Any]]:
    """The taught sentences with their names, and a document made of two of them."""
    records = [_record(f"s{number}", *lesson.parts("en")) for number, lesson in enumerate(LESSONS)]
    first, last = (LESSONS[number].parts("en") for number in (0, -1))
    text = f"{first[0]}\n\n{last[0]}"
    shift = len(text) - len(last[0])
    names = [*first[1], *((a + shift, b + shift, label) for a, b, label in last[1])]
    return [*records, _record("document", text, names)]


def pair_records(pairs: Iterable[Pair]) -> list[dict[str, Any]]:
    """Sentences of the artificial pair's source language with their names."""
    return [
        _record(f"p{number}", pair.source, [(*name.source, name.kind) for name in pair.names])
        for number, pair in enumerate(pairs)
    ]


def _record(name: str, text: str, names: Iterable[tuple[int, int, str]]) -> dict[str, Any]:
    spans = [{"start": start, "end": end, "label": label} for start, end, label in names]
    return {"id": name, "text": text, "spans": spans}


def write_build(
    folder: Path,
    records: Iterable[dict[str, Any]],
    *,
    model: Path,
    cache: Path,
    targets: Sequence[str],
    **sections: dict[str, Any],
) -> Path:
    """A JSONL corpus and the config of its build with a model; sections add to those of the config.

    Args:
        model: the folder of a checkpoint or of a converted model.
        cache: of converted models.
    """
    folder.mkdir(parents=True, exist_ok=True)
    lines = [json.dumps(record, ensure_ascii=False) for record in records]
    (folder / "corpus.jsonl").write_text("\n".join(lines) + "\n", "utf-8")
    settings: dict[str, Any] = {
        "source": {"reader": "jsonl", "path": "corpus.jsonl", "language": "en"},
        "targets": list(targets),
        "translate": {"backend": "ctranslate2", "model": str(model), "cache_path": str(cache)},
        "publish": {"path": "out/names"},
    }
    for name, section in sections.items():
        settings[name] = {**settings.get(name, {}), **section}
    path = folder / "build.yaml"
    path.write_text(yaml.safe_dump(settings), "utf-8")
    return path


def run(*overrides: str) -> Result:
    """Build the corpus in the working folder, in this process."""
    return build(load_config(Path("build.yaml"), overrides))


def published(target: str, folder: str = "out/names") -> dict[str, dict[str, Any]]:
    """Published rows of a language by their id."""
    return _rows(Path(folder) / "data" / target)


def rejected(target: str, folder: str = "out/names") -> dict[str, dict[str, Any]]:
    """Rejected rows of a language by their id."""
    return _rows(Path(folder) / "rejected" / target)


def _rows(folder: Path) -> dict[str, dict[str, Any]]:
    files = sorted(folder.glob("*.parquet"))
    rows = [row for file in files for row in pq.read_table(file).to_pylist()]
    return {row["id"]: row for row in rows}
