"""Which ids a split has used, on disk: a set of millions would not fit the memory promise."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from types import TracebackType


class IdSet:
    """Ids with the place where each was first seen; the file goes away on exit."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._db = sqlite3.connect(path, isolation_level=None)
        for pragma in ("journal_mode=OFF", "synchronous=OFF", "cache_size=-16000"):
            self._db.execute(f"PRAGMA {pragma}")
        self._db.execute("CREATE TABLE ids (id TEXT PRIMARY KEY, origin TEXT) WITHOUT ROWID")
        self._db.execute("BEGIN")

    def __enter__(self) -> IdSet:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._db.close()
        self.path.unlink()

    def add(self, name: str, origin: str) -> str | None:
        """Remember an id. Returns where it was seen before, or None if it is new."""
        added = self._db.execute("INSERT OR IGNORE INTO ids VALUES (?, ?)", (name, origin))
        if added.rowcount:
            return None
        return str(self._db.execute("SELECT origin FROM ids WHERE id = ?", (name,)).fetchone()[0])
