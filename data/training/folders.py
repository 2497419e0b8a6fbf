"""The folder of a training run: one process at a time, one set of ingredients, done or not."""

from __future__ import annotations

import json
import os
import shutil
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from spanferry.data.errors import ConfigError
from spanferry.data.files import write_text
from spanferry.data.training.state import STATE

#: Written last: a folder that has it holds a finished checkpoint.
REPORT = "training.json"
#: All that a run needs to go on; removed when it is finished.
WORK = "work"
INGREDIENTS = "ingredients.json"

_alone = threading.Lock()


@contextmanager
def exclusive(out: Path) -> Iterator[None]:
    """Keep other processes out of a folder; the lock of a killed process counts no more.

    Within this process one training waits for another: they draw from the same random numbers.

    Raises:
        ConfigError: another process is at work there, or the folder holds something else.
    """
    import filelock

    if out.exists() and not out.is_dir():
        raise ConfigError(f"out: {out} is a file; name a folder")
    ours = {WORK, REPORT, ".lock"}
    if (
        out.is_dir()
        and (found := sorted(each.name for each in out.iterdir()))
        and not (ours & set(found))
    ):
        raise ConfigError(
            f"out: {out} holds other files ({', '.join(found[:5])}); give an empty or a new folder"
        )
    out.mkdir(parents=True, exist_ok=True)
    lock = filelock.FileLock(out / ".lock")
    try:
        lock.acquire(timeout=0)
    except filelock.Timeout as error:
        raise ConfigError(f"another process is training in {out}; wait for it to end") from error
    try:
        with _alone:
            yield
    finally:
        lock.release()


def finish(out: Path, save: Callable[[Path], None], report: str) -> None:
    """Write the checkpoint, then the report that makes it count, then remove the rest.

    Args:
        save: writes the checkpoint's files into an empty folder.
        report: the contents of `REPORT`.
    """
    made = out / WORK / "checkpoint"
    shutil.rmtree(made, ignore_errors=True)
    made.mkdir(parents=True)
    save(made)
    for path in sorted(made.iterdir()):
        with path.open("rb") as file:
            os.fsync(file.fileno())
        path.replace(out / path.name)
    write_text(report, out / REPORT)
    shutil.rmtree(out / WORK)


def claim(out: Path, ingredients: Mapping[str, str]) -> None:
    """Note in the folder what its checkpoint is made of, or see that it is what was noted before.

    It may be called again with further ingredients, as soon as each is known. A folder in which
    nothing was trained yet (no state was saved) is begun anew where they differ.

    Args:
        out: the folder; it may be empty, unfinished or finished.
        ingredients: digests and settings, by name.

    Raises:
        ConfigError: the folder's training was begun with others; the text names those that differ.
    """
    known = _known(out)
    differing = [
        f"{name} (was {known[name]}, is {value})"
        for name, value in ingredients.items()
        if known.get(name, value) != value
    ]
    if differing and not _trained(out):
        shutil.rmtree(out / WORK)
        known = {}
    elif differing:
        raise ConfigError(
            f"{out} holds the training of something else: {'; '.join(differing)}. Name another "
            "folder, or delete this one to train anew"
        )
    if not ingredients.keys() <= known.keys() and not (out / REPORT).exists():
        write_text(
            json.dumps({**known, **ingredients}, indent=2, sort_keys=True) + "\n",
            out / WORK / INGREDIENTS,
        )


def _trained(out: Path) -> bool:
    return (out / REPORT).exists() or (out / WORK / STATE).exists()


def _known(out: Path) -> dict[str, str]:
    if (out / REPORT).exists():
        known: dict[str, str] = json.loads((out / REPORT).read_text("utf-8"))["ingredients"]
        return known
    noted = out / WORK / INGREDIENTS
    return dict(json.loads(noted.read_text("utf-8"))) if noted.exists() else {}
