"""The manifest of a run: which pieces of work are done, under which fingerprint.

It is a file of JSON lines that only grows. An entry is written after its shard has been flushed
and renamed, and flushed itself, so after a kill at any moment every entry is true; at most the
last line is torn, and that one is dropped. The last entry of a key wins.
"""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class Entry:
    """One piece of work that is done.

    Args:
        key: its name (`pt/align/train-00003`).
        fingerprint: of its input, settings, model and code.
        file: what it wrote, relative to the manifest's folder.
        size: bytes of that file; another size means that somebody touched it.
        rows: records in it.
        seconds: how long it took.
        facts: what later stages and the report want to know (counts, label inventory).
    """

    key: str
    fingerprint: str
    file: str
    size: int
    rows: int
    seconds: float = 0.0
    facts: Mapping[str, Any] = field(default_factory=dict)


class Manifest:
    """The entries of a work folder; safe to use from several threads of one process."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.path = folder / "manifest.jsonl"
        self._lock = threading.Lock()
        self._entries: dict[str, Entry] = {}
        self._good = 0  # bytes of whole lines
        self._load()

    def _load(self) -> None:
        if not self.path.exists():
            return
        with self.path.open("rb") as file:
            for line in file:
                if not line.endswith(b"\n"):
                    break  # torn by a kill
                self._good += len(line)
                try:
                    entry = Entry(**json.loads(line))
                except (ValueError, TypeError):
                    continue  # damaged by somebody: that work counts as not done
                self._entries[entry.key] = entry

    def done(self, key: str, fingerprint: str) -> Entry | None:
        """The entry of a piece of work, if it is still valid and its file is in place."""
        entry = self._entries.get(key)
        if entry is None or entry.fingerprint != fingerprint:
            return None
        try:
            size = (self.folder / entry.file).stat().st_size
        except FileNotFoundError:
            return None
        return entry if size == entry.size else None

    def enter(
        self,
        key: str,
        fingerprint: str,
        file: Path,
        *,
        rows: int,
        seconds: float = 0.0,
        facts: Mapping[str, Any] | None = None,
    ) -> Entry:
        """Record that a file is complete. It must have been flushed and renamed before."""
        entry = Entry(
            key,
            fingerprint,
            file.relative_to(self.folder).as_posix(),
            file.stat().st_size,
            rows,
            round(seconds, 3),
            dict(facts or {}),
        )
        fields = {name: getattr(entry, name) for name in Entry.__slots__}
        line = json.dumps(fields, ensure_ascii=False) + "\n"
        with self._lock:
            self.folder.mkdir(parents=True, exist_ok=True)
            with self.path.open("ab") as stream:
                stream.truncate(self._good)  # a torn line would spoil this one
                stream.write(line.encode("utf-8"))
                stream.flush()
                os.fsync(stream.fileno())
                self._good = stream.tell()
            self._entries[key] = entry
        return entry

    def find(self, prefix: str) -> list[Entry]:
        """The entries whose key starts with `prefix`, by key."""
        return [self._entries[key] for key in sorted(self._entries) if key.startswith(prefix)]
