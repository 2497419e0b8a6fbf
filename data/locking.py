"""One build at a time in a work folder."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from spanferry.data.errors import ConfigError

#: Its presence also tells that a folder is a work folder of ours.
LOCK = ".spanferry-lock"


@contextmanager
def exclusive(folder: Path) -> Iterator[None]:
    """Hold a folder's lock file; the system lets go of it when the process dies.

    Raises:
        ConfigError: another process holds it.
    """
    folder.mkdir(parents=True, exist_ok=True)
    try:
        with FileLock(folder / LOCK, timeout=0):
            yield
    except Timeout:
        raise ConfigError(f"another spanferry is at work in {folder}") from None
