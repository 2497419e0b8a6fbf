"""Small corpora to distil: sentences, their given translations, and configurations over them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import yaml

from spanferry.flows.distilling.config import DistilConfig, load_distil
from spanferry.flows.distilling.corpus import make_pairs
from spanferry.translators.distil.pairs import PairStore

THINGS = ("house", "garden", "horse", "river", "letter", "window", "market", "engine")
COISAS = ("casa", "horta", "cavalo", "rio", "carta", "janela", "mercado", "motor")


def sentence(number: int) -> tuple[str, str]:
    """A sentence and its translation; no two numbers have the same."""
    place = number % len(THINGS)
    return f"The {THINGS[place]} has {number} doors.", f"A {COISAS[place]} tem {number} portas."


def write_teacher(folder: Path, count: int, extra: Sequence[tuple[str, str]] = ()) -> None:
    """A translation memory of the first sentences: `memory.jsonl`."""
    pairs = [*map(sentence, range(count)), *extra]
    lines = [json.dumps({"en": a, "pt": b}, ensure_ascii=False) for a, b in pairs]
    (folder / "memory.jsonl").write_text("\n".join(lines) + "\n", "utf-8")


def write_texts(path: Path, numbers: Sequence[int]) -> None:
    """Some of the sentences, three a line."""
    texts = [sentence(number)[0] for number in numbers]
    lines = [" ".join(texts[start : start + 3]) for start in range(0, len(texts), 3)]
    path.write_text("\n".join(lines) + "\n", "utf-8")


def configure(folder: Path, **keys: Any) -> DistilConfig:
    """A configuration in a folder, whose paths lie there; None takes a key away."""
    data = {
        "source": "en",
        "target": "pt",
        "texts": [{"path": str(folder / "texts.txt")}],
        "teacher": {
            "backend": "parallel", "path": str(folder / "memory.jsonl"),
            "source_field": "en", "field": "pt",
        },
        "run": {"shard_sentences": 10},
        "held_out": 5,
        "output": str(folder / "out"),
        **keys,
    }  # fmt: skip
    path = folder / "distil.yaml"
    path.write_text(yaml.safe_dump({k: v for k, v in data.items() if v is not None}), "utf-8")
    return load_distil(path)


class Steps:
    """A watcher that counts what was begun and done."""

    def __init__(self) -> None:
        self.begun: dict[str, int | None] = {}
        self.done: dict[str, int] = {}

    def start(self, stage: str, total: int | None) -> None:
        """See `Watcher`."""
        self.begun[stage] = total

    def advance(self, stage: str, rows: int) -> None:
        """See `Watcher`."""
        self.done[stage] = self.done.get(stage, 0) + rows


def run(config: DistilConfig) -> tuple[PairStore, Steps]:
    """Make the pairs, and what had to be done for it."""
    steps = Steps()
    return make_pairs(config, config.work, steps), steps


def all_pairs(store: PairStore) -> set[tuple[str, str]]:
    """The pairs of a store, held out or not."""
    found = set(store.held_out())
    for batch in store.train(["source", "target"]):
        found |= {(row["source"], row["target"]) for row in batch.to_pylist()}
    return found


def dropped(config: DistilConfig) -> list[dict[str, Any]]:
    """What the filters kept out."""
    files = sorted((config.work / "dropped").glob("*.parquet"))
    return [row for file in files for row in pq.read_table(file).to_pylist()]
