"""The folder of converted models: each converted once, whole or not there at all."""

from __future__ import annotations

import errno
import json
import logging
import os
import re
import secrets
import shutil
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from spanferry.data.errors import ConfigError, RetryableError
from spanferry.data.files import sha256_file, write_text

#: Environment variable that names the folder.
VARIABLE = "SPANFERRY_CACHE"
_UNFIT = re.compile(r"[^A-Za-z0-9._-]+")
_TEMPORARY = re.compile(r"(\..+)\.[0-9a-f]{16}\.tmp")
#: Folder of the models in the cache.
_MODELS = "models"
#: A smaller file is read again as fast as its hash is looked up.
_LARGE = 1 << 20
#: Seconds; a file changed a moment ago may change again without its time telling. Git calls such
#: entries racily clean.
_SETTLED = 3.0
_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_CLOSED = {errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOTDIR, errno.EEXIST, errno.ENOENT}


class Cache:
    """Converted models, and small facts that are dear to find out, in one folder.

    Safe to use from several processes: a lock a model, temporary names, renames. A folder that
    cannot be written does for models that are in it.

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

        Raises:
            ConfigError: the cache cannot be written.
            RetryableError: the disk is full.
        """
        label = _UNFIT.sub("-", name).strip("-.")[-60:]
        final = self.folder / _MODELS / f"{label}-{key}"
        if final.is_dir():
            return final
        try:
            return self._made(final, make)
        except OSError as error:
            kind = disk_error(error)
            if kind is None:
                raise
            raise kind(
                f"translate.cache_path: {str(self.folder)!r} cannot be written: {error}; name "
                f"another folder with translate.cache_path or {VARIABLE}"
            ) from error

    def _made(self, final: Path, make: Callable[[Path], None]) -> Path:
        final.parent.mkdir(parents=True, exist_ok=True)
        lock = FileLock(final.with_name(f".{final.name}.lock"))
        try:
            lock.acquire(timeout=0)
        except Timeout:
            logging.getLogger("spanferry").info(
                "translate: waits for another process that converts %s", final.name
            )
            lock.acquire()
        try:
            if final.is_dir():
                return final
            _sweep(final.parent, final)
            temporary = final.with_name(f".{final.name}.{secrets.token_hex(8)}.tmp")
            temporary.mkdir()
            try:
                make(temporary)
                _flush(temporary)
                temporary.rename(final)
            finally:
                shutil.rmtree(temporary, ignore_errors=True)  # gone already when all went well
            _flush(final.parent)
        finally:
            lock.release()
        return final

    def digest(self, file: Path) -> str:
        """SHA-256 of a file's contents; remembered by place, size and time of the last change."""
        status = file.stat()
        if status.st_size < _LARGE or time.time() - status.st_mtime < _SETTLED:
            return sha256_file(file)
        place = f"{file.resolve()}:{status.st_size}:{status.st_mtime_ns}:{status.st_ino}"
        known = self._recall("digests").get(place)
        if known is None:
            known = sha256_file(file)
            self._note("digests", place, known)
        return str(known)

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
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            with FileLock(self.folder / f".{table}.lock"):
                known = {**self._recall(table), key: value}
                text = json.dumps(known, indent=1, sort_keys=True)
                write_text(text, self.folder / f"{table}.json")
        except OSError as error:  # a cache that is read-only, or full: it only takes longer
            logging.getLogger("spanferry").debug("%s is not written: %s", self.folder, error)


def is_cached(folder: Path) -> bool:
    """Whether a model's folder was made by a cache, which makes it again when it is deleted."""
    return folder.parent.name == _MODELS and re.search(r"-[0-9a-f]{16}$", folder.name) is not None


def disk_error(error: BaseException) -> type[ConfigError] | type[RetryableError] | None:
    """Whether writing failed because a disk is full, which may pass, or closed to this user.

    None: it is neither (a network's error is an OSError too).
    """
    number = error.errno if isinstance(error, OSError) else None
    if number in _FULL:
        return RetryableError
    return ConfigError if number in _CLOSED else None


def _sweep(folder: Path, final: Path) -> None:
    """Remove what killed processes left, of this model and of those that nobody converts now."""
    for left in folder.glob(".*.tmp"):
        match = _TEMPORARY.fullmatch(left.name)
        if match is None:
            continue
        if match[1] == f".{final.name}":
            shutil.rmtree(left, ignore_errors=True)
            continue
        lock = FileLock(folder / f"{match[1]}.lock")
        try:
            with lock.acquire(timeout=0):
                shutil.rmtree(left, ignore_errors=True)
        except Timeout:
            continue


def _flush(folder: Path) -> None:
    """Write a folder's files and its own entries to disk."""
    for path in (*(file for file in folder.iterdir() if file.is_file()), folder):
        handle = os.open(path, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
