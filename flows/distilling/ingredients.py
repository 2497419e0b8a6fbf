"""What a student is made of, key by key: whether a folder holds the one that is asked for."""

from __future__ import annotations

import glob
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from spanferry.data.cache import Cache
from spanferry.data.errors import ConfigError
from spanferry.data.files import write_text
from spanferry.data.training.state import STATE
from spanferry.flows.distilling.config import DistilConfig
from spanferry.translators.distil.train import REPORT, start_digest

NOTED = "ingredients.json"
#: Keys that say where and how the work is done, and what the card says.
_NO_MATTER = {"output", "run", "licence"}
#: Settings of backends that change nothing by themselves, but name the model that does.
_MODELS = {"model", "revision", "tokenizer"}
#: What the names of contents begin with, which are not known before the files are looked at.
_CONTENTS = "contents of "
PAIRS = _CONTENTS + "all pairs"
_START = _CONTENTS + "settings.start"
#: Keys that name what the others are settings of.
_TAGS = ("backend", "reader")
_CORPORA = ("texts", "pairs", "leave_out")
#: Settings that hold files.
_FILES = ("path", "source", "target", "joined")


def ingredients(config: DistilConfig) -> dict[str, str]:
    """Every setting that decides what the student is, and a hash of each local file.

    Files that are not there are left out: a student that is finished does not need them. Of
    absolute paths only the last part is told: they go onto the card.
    """
    found = dict(_leaves(config, "", _NO_MATTER))
    cache = Cache()
    for key in _CORPORA:
        for number, item in enumerate(getattr(config, key)):
            for file in _files(item):
                name = f"{_CONTENTS}{key}.{number}: {file.name}"
                several = sum(each.startswith(name) for each in found)
                found[f"{name} ({several + 1})" if several else name] = cache.digest(file)[:16]
    start = config.settings.start
    if start is not None and start.expanduser().is_dir():
        found[_START] = start_digest(start.expanduser())[:16]
    return found


def _leaves(value: Any, key: str, without: set[str] | frozenset[str] = frozenset()) -> Iterator[
    tuple[str, str]
]:  # fmt: skip
    """Settings inside settings as `student.heads` and a value; unset ones are left out."""
    if isinstance(value, BaseModel):
        idle = set(getattr(type(value), "IDLE", ())) - _MODELS
        for name in sorted(type(value).model_fields, key=lambda name: name not in _TAGS):
            if name not in without and name not in idle:
                yield from _leaves(getattr(value, name), f"{key}.{name}" if key else name)
    elif isinstance(value, Mapping):
        for name in sorted(value, key=str):
            yield from _leaves(value[name], f"{key}.{name}")
    elif isinstance(value, tuple | list) and any(isinstance(each, BaseModel) for each in value):
        for number, each in enumerate(value):
            yield from _leaves(each, f"{key}.{number}")
    elif value is not None:
        yield key, json.dumps(_bare(value), ensure_ascii=False, default=str)


def _bare(value: Any) -> Any:
    """A value without the folders of this machine."""
    if isinstance(value, tuple | list):
        return [_bare(each) for each in value]
    path = str(value) if isinstance(value, str | Path) else ""
    return Path(path).name if path[:1] in {"/", "~"} else value


def _files(settings: BaseModel) -> Iterator[Path]:
    """The local files that settings name, globs resolved, those of folders too."""
    for name in _FILES:
        value = getattr(settings, name, None)
        values = value.values() if isinstance(value, Mapping) else [value]
        for each in values:
            for path in each if isinstance(each, list | tuple) else [each]:
                if isinstance(path, str | Path) and "://" not in str(path):
                    yield from _there(Path(path).expanduser())


def _there(path: Path) -> Iterator[Path]:
    if path.is_file():
        yield path
    elif path.is_dir():
        yield from (each for each in sorted(path.rglob("*")) if each.is_file())
    elif glob.has_magic(str(path)):
        found = sorted(glob.glob(str(path), recursive=True))  # noqa: PTH207 (of any root)
        yield from (Path(each) for each in found if Path(each).is_file())


def differing(known: Mapping[str, str], wanted: Mapping[str, str]) -> list[str]:
    """What sets two students apart, in words; [] if nothing does."""
    told = [
        f"{key} (was {known.get(key, 'not there')}, is {value})"
        for key, value in wanted.items()
        if known.get(key) != value
    ]
    gone = (key for key in known if key not in wanted and not key.startswith(_CONTENTS))
    return told + [f"{key} (was {known[key]}, is not there)" for key in gone]


def claim(work: Path, wanted: Mapping[str, str]) -> None:
    """Note in a work folder what its student is made of, or see that it is what was noted before.

    While nothing is trained yet, others may take their place: what was translated and is of use
    stays. It is called again with `PAIRS`, a hash of what was read and translated, once it is
    known.

    Raises:
        ConfigError: a student of other ingredients is being trained; the text names those that
            differ.
    """
    noted = work / NOTED
    known = json.loads(noted.read_text("utf-8")) if noted.exists() else {}
    apart = differing(known, wanted) if known else []
    if apart and _trained(work / "student"):
        raise refusal(work, apart, "delete its folder student to train anew on what was translated")
    if apart or not known:
        write_text(json.dumps(dict(wanted), indent=1, ensure_ascii=False) + "\n", noted)


def refusal(folder: Path, apart: list[str], remedy: str) -> ConfigError:
    """The error of a folder that holds another student."""
    more = f"; and {len(apart) - 5} more" if len(apart) > 5 else ""
    return ConfigError(
        f"output: {folder} holds a student of something else: {'; '.join(apart[:5])}{more}. Name "
        f"another output, or {remedy}"
    )


def _trained(student: Path) -> bool:
    return (student / REPORT).exists() or any(student.glob(f"*/{STATE}"))
