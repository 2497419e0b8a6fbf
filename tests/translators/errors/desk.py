"""A user's desk: a folder with a corpus, a configuration file, and what is done with them."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from spanferry.flows.load import load_config
from spanferry.flows.run import build

#: The corpus of most rows.
ROWS: list[dict[str, Any]] = [
    {"id": "a", "text": "Ana came.", "spans": [{"start": 0, "end": 3, "label": "person_name"}]},
    {"id": "b", "text": "Rui left.", "spans": [{"start": 0, "end": 3, "label": "place_name"}]},
]


@dataclass(frozen=True, slots=True)
class Desk:
    """Works in the working folder, which is the test's own.

    Args:
        request: gives fixtures by name, for those rows that need a model.
    """

    folder: Path
    monkeypatch: pytest.MonkeyPatch
    request: pytest.FixtureRequest

    def configure(self, translate: Any, **config: Any) -> Path:
        """Write the corpus and `build.yaml`."""
        lines = "".join(f"{json.dumps(row)}\n" for row in ROWS)
        (self.folder / "corpus.jsonl").write_text(lines, "utf-8")
        settings = {
            "source": {"path": "corpus.jsonl", "language": "en"}, "targets": ["pt"],
            "translate": translate, "publish": {"path": "out"}, "run": {"retries": 0}, **config,
        }  # fmt: skip
        path = self.folder / "build.yaml"
        path.write_text(yaml.safe_dump(settings, allow_unicode=True), "utf-8")
        return path.relative_to(self.folder)

    def build(self, translate: Any, **config: Any) -> None:
        """Do what `spanferry build build.yaml` does."""
        build(load_config(self.configure(translate, **config)))

    def write(self, name: str, content: str | bytes) -> str:
        """A file in the folder; its name."""
        raw = content.encode() if isinstance(content, str) else content
        (self.folder / name).parent.mkdir(parents=True, exist_ok=True)
        (self.folder / name).write_bytes(raw)
        return name

    def write_splits(self, *names: str) -> dict[str, Any]:
        """The source of the configuration, with a corpus a split."""
        lines = "".join(f"{json.dumps(row)}\n" for row in ROWS)
        paths = {name: self.write(f"{name}.jsonl", lines) for name in names}
        return {"path": paths, "language": "en"}


Trigger = Callable[[Desk], object]
#: What each row's first column says, done for real: (section, what) -> function that raises.
TRIGGERS: dict[tuple[str, str], Trigger] = {}


class Rows:
    """Collects the triggers of one table.

    Args:
        section: the heading of the table.
        common: settings of `translate` that all builds of `builds` have.
    """

    def __init__(self, section: str, **common: Any) -> None:
        self.section = section
        self.common = common

    def __call__(self, what: str) -> Callable[[Trigger], Trigger]:
        """`@row("what the user did")`."""

        def keep(trigger: Trigger) -> Trigger:
            assert (self.section, what) not in TRIGGERS, what
            TRIGGERS[self.section, what] = trigger
            return trigger

        return keep

    def builds(self, given: Mapping[str, Mapping[str, Any]]) -> None:
        """Rows that take nothing but settings of `translate`."""
        for what, settings in given.items():
            self(what)(lambda desk, own=settings: desk.build({**self.common, **own}))  # type: ignore[misc]
