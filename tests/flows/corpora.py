"""Small corpora with their translations, for builds that need no translation engine."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import yaml

#: Text with a marked name, and its translation.
PAIRS = [
    ("[Ada] lives in [Lisbon].", "Ada vive em Lisboa."),
    ("The mayor of [Porto] met [Bob].", "O prefeito do Porto encontrou Bob."),
    ("Nobody came.", "Ninguém veio."),
    ("[Anna] and [Peter] sang in [Rome].", "Anna e Pedro cantaram em Roma."),
    ("In [Paris] it rained.", "Em Paris choveu."),
]


def record(number: int) -> dict[str, Any]:
    """A record of the corpus; texts differ by their number."""
    marked, translation = PAIRS[number % len(PAIRS)]
    named, text = [], ""
    for place, part in enumerate(marked.replace("]", "[").split("[")):
        if place % 2:  # between brackets
            named.append((len(text), len(text) + len(part)))
        text += part
    return {
        "id": f"r{number}",
        "text": f"{text} ({number})",
        "spans": [{"start": a, "end": b, "label": "NAME"} for a, b in named],
        "translation_pt": f"{translation} ({number})",
        "translation_es": f"{translation} ({number})!",  # not Spanish, but another text
    }


def write_corpus(folder: Path, count: int, *, start: int = 0, **config: Any) -> Path:
    """A JSONL corpus with translations in a column, and the config of its build."""
    rows = [record(number) for number in range(start, start + count)]
    lines = [json.dumps(row, ensure_ascii=False) for row in rows]
    (folder / "corpus.jsonl").write_text("\n".join(lines) + "\n", "utf-8")
    settings: dict[str, Any] = {
        "source": {"reader": "jsonl", "path": "corpus.jsonl", "language": "en"},
        "targets": ["pt"],
        "translate": {"backend": "parallel", "column": "translation_{target}"},
        "publish": {"path": "out/names"},
        "run": {"shard_records": 10},
    }
    for key, value in config.items():
        settings[key] = {**settings.get(key, {}), **value} if isinstance(value, dict) else value
    path = folder / "build.yaml"
    path.write_text(yaml.safe_dump(settings), "utf-8")
    return path


def hashes(folder: Path) -> dict[str, bytes]:
    """The bytes of every file under a folder."""
    return {
        file.relative_to(folder).as_posix(): file.read_bytes()
        for file in sorted(folder.rglob("*"))
        if file.is_file()
    }
