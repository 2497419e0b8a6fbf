"""The folder of converted models: each converted once, whole or not there at all."""

from __future__ import annotations

import json
import os
import re
import secrets
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

from filelock import FileLock

from spanferry.data.files import sha256_file, write_text

#: Environment variable that names the folder.
VARIABLE = "SPANFERRY_CACHE"
_UNFIT = re.compile(r"[^A-Za-z0-9._-]+")


class Cache:
    """Converted models, and small facts that are dear to find out, in one folder.

    Safe to use from several processes: a lock a model, temporary names, renames.

    Args:
        folder: given by the user, or `$SPANFERRY_CACHE`, or `~/.cache/spanferry`.
    """

    def __init__(self, folder: str | None = None) -> None:
        given = folder or os.environ.get(VARIABLE) or "~/.cache/spanferry"
        self.folder = Path(given).expanduser()

    def model(self, name: str, key: str, make: Callable[[Path], None]) -> Path:
        """The folder of a converted model; `make` fills it, once, when it is not there.

        A process that finds another at it waits for it. What a killed one left is removed.

        Args:
            name: for the reader of the folder's name.
            key: everything that the result depends on, as a hash.
            make: is given an empty folder to fill.
        """
        final = self.folder / "models" / f"{_UNFIT.sub('-', name).strip('-')[-60:]}-{key}"
        if final.is_dir():
            return final
        final.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(final.with_name(f".{final.name}.lock")):
            if final.is_dir():
                return final
            for left in final.parent.glob(f".{final.name}.*.tmp"):
                shutil.rmtree(left, ignore_errors=True)
            temporary = final.with_name(f".{final.name}.{secrets.token_hex(8)}.tmp")
            temporary.mkdir()
            try:
                make(temporary)
                _flush(temporary)
                temporary.rename(final)
            finally:
                shutil.rmtree(temporary, ignore_errors=True)  # gone already when all went well
            _flush(final.parent)
        return final

    def digest(self, file: Path) -> str:
        """SHA-256 of a file's contents; remembered by place, size and time of the last change."""
        status = file.stat()
        place = f"{file.resolve()}:{status.st_size}:{status.st_mtime_ns}:{status.st_ino}"
        known = self._recall("digests")
        if place not in known:
            known[place] = sha256_file(file)
            self._note("digests", place, known[place])
        return str(known[place])

    def commit(self, name: str, revision: str) -> str | None:
        """The commit that a branch or tag of a Hub id was when it was last asked for."""
        return self._recall("commits").get(f"{name}@{revision}")

    def remember(self, name: str, revision: str, commit: str) -> None:
        """See `commit`."""
        if self.commit(name, revision) != commit:
            self._note("commits", f"{name}@{revision}", commit)

    def _recall(self, table: str) -> dict[str, Any]:
        try:
            found = json.loads((self.folder / f"{table}.json").read_text("utf-8"))
        except (OSError, ValueError):
            return {}
        return found if isinstance(found, dict) else {}

    def _note(self, table: str, key: str, value: str) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        with FileLock(self.folder / f".{table}.lock"):
            known = {**self._recall(table), key: value}
            write_text(json.dumps(known, indent=1, sort_keys=True), self.folder / f"{table}.json")


def _flush(folder: Path) -> None:
    """Write a folder's files and its own entries to disk."""
    for path in (*(file for file in folder.iterdir() if file.is_file()), folder):
        handle = os.open(path, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
