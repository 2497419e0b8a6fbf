"""Conversion of a `transformers` checkpoint with CTranslate2's own converter, in a child process.

In a process of its own, so that torch and the unconverted weights are gone from memory when it is
done, and a checkpoint that crashes the converter takes nothing else along.
"""

from __future__ import annotations

import json
import logging
import os
import shutil
import signal
import subprocess
import sys
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from spanferry.data.backends import require
from spanferry.data.cache import VARIABLE, Cache
from spanferry.data.checkpoints import read_json, small
from spanferry.data.errors import ConfigError, MissingExtraError, RetryableError
from spanferry.data.files import write_text
from spanferry.data.fingerprint import fingerprint
from spanferry.data.languages import base
from spanferry.translators.ct2 import source as sources
from spanferry.translators.ct2.checkpoint import CONVERTED
from spanferry.translators.ct2.convert_child import DISK, MEMORY
from spanferry.translators.ct2.tokens import FILES

#: Raised when the same checkpoint is converted to something else than before.
CONVERT_VERSION = "2"
#: Facts on the checkpoint that the converted folder would lose.
FACTS = "spanferry.json"
#: What a checkpoint of a text-to-text model tells those who use it for the task it was trained for.
TASK = "tprojection.json"
#: Modules that conversion needs besides those that translation does.
NEEDS = ("torch", "transformers")
_TASK = "translation_"
#: Signals of somebody who wants the child to end; others are crashes.
_KILLED = {signal.SIGKILL, signal.SIGTERM, signal.SIGINT, signal.SIGHUP}
log = logging.getLogger("spanferry")


def weights_type(compute_type: str) -> str:
    """How weights are stored for an arithmetic: what is computed in int8 is stored so."""
    return "int8" if compute_type.startswith("int8") else compute_type


def key(source: sources.ModelSource, weights: str, layer: int, heads: int) -> str:
    """Everything that a converted model depends on, as a hash."""
    return fingerprint(
        model=[source.kind, source.name if source.kind == "hub" else "", source.revision],
        weights=weights,
        alignment=[layer, heads],
        code=[CONVERT_VERSION, version("ctranslate2")],
    )[:16]


def converted(
    source: sources.ModelSource, cache: Cache, weights: str, layer: int, heads: int
) -> Path:
    """The folder of a converted model, converted now if it never was.

    Args:
        weights: `int8`, `float16`, ...
        layer, heads: whose attention makes the links.

    Raises:
        ConfigError: the checkpoint cannot be converted.
        MissingExtraError: conversion needs packages that are not installed.
        RetryableError: the download failed; or the machine killed the conversion.
    """
    if source.kind == "converted":
        assert source.folder is not None
        return source.folder

    def make(folder: Path) -> None:
        checkpoint = sources.fetch(source, lambda: _need(source.name))
        if (checkpoint / CONVERTED).is_file():
            _take(checkpoint, folder)
            return
        log.info("translate: converts %s, once, to %s", source.name, cache.folder)
        _run(checkpoint, folder, source.name, weights, layer, heads)
        _copy_tokenizer(checkpoint, folder)
        write_text(
            json.dumps(
                _facts(checkpoint, source.describe(), source.revision),
                indent=1,
                ensure_ascii=False,
            ),
            folder / FACTS,
        )
        if source.folder is not None and sources.digest(source.folder, cache) != source.revision:
            raise ConfigError(
                f"translate.model: the files of {source.name!r} changed while they were read; "
                "run again when nothing writes to them"
            )

    return cache.model(source.label, key(source, weights, layer, heads), make)


def convert(
    checkpoint: Path,
    folder: Path,
    name: str,
    weights: str = "int8",
    *,
    longest: int | None = None,
) -> None:
    """Convert a checkpoint into an empty folder; the first head of the last layer makes links.

    Args:
        name: what the model is called, in errors and in what is noted of it.
        longest: sub-words of the longest sentence that it is good for, where it has room for more.

    Raises:
        ConfigError, MissingExtraError, RetryableError: see `converted`.
    """
    _need(name)
    _run(checkpoint, folder, name, weights, -1, 1)
    _copy_tokenizer(checkpoint, folder)
    known = _facts(checkpoint, name, "")
    if longest is not None:
        known["max_tokens"] = longest
    write_text(json.dumps(known, indent=1) + "\n", folder / FACTS)


def facts(folder: Path) -> dict[str, Any]:
    """What is known of the checkpoint that a folder was converted from; empty if nothing is."""
    return read_json(folder / FACTS)


def _need(name: str) -> None:
    absent = [module for module in NEEDS if _absent(module)]
    if absent:
        raise MissingExtraError(
            f"translate.model: {name!r} has to be converted, which needs {' and '.join(absent)}; "
            "run: pip install 'spanferry[convert]' (a converted folder needs neither)"
        )


def _absent(module: str) -> bool:
    try:
        return find_spec(module) is None
    except (ImportError, ValueError):
        return True


def _run(checkpoint: Path, folder: Path, name: str, weights: str, layer: int, heads: int) -> None:
    """Convert in a child; its last line on stderr is the reason when it fails."""
    task = json.dumps(
        {"from": str(checkpoint.absolute()), "to": str(folder.absolute()), "weights": weights,
         "layer": layer, "heads": heads, "parent": os.getpid()}
    )  # fmt: skip
    done = subprocess.run(
        # -P: a torch.py that lies in the working folder is not ours to run
        [sys.executable, "-P", "-m", "spanferry.translators.ct2.convert_child", task],
        capture_output=True, text=True, errors="replace", check=False, stdin=subprocess.DEVNULL,
    )  # fmt: skip
    if done.returncode == 0:
        return
    lines = [line.strip() for line in done.stderr.splitlines() if line.strip()]
    reason = lines[-1] if lines else "no reason given"
    if done.returncode == DISK:
        raise RetryableError(
            f"translate.cache_path: {str(folder.parent)!r} cannot be written: {reason}; free some "
            f"space, or name another folder with translate.cache_path or {VARIABLE}"
        )
    if -done.returncode in _KILLED or done.returncode == MEMORY:
        how = f"signal {-done.returncode}" if done.returncode < 0 else reason
        raise RetryableError(
            f"translate.model: the conversion of {name!r} was killed ({how}); most often for want "
            "of memory: it takes about twice the size of the weights"
        )
    if done.returncode < 0:
        reason = f"the converter crashed (signal {-done.returncode}): {reason}"
    raise ConfigError(f"translate.model: {name!r} cannot be converted: {reason}")


def _take(checkpoint: Path, folder: Path) -> None:
    """Link (or copy) the files of a repository that holds a converted model."""
    names = [file.name for file in checkpoint.iterdir() if file.is_file()]
    for name in (*small(names), CONVERTED):
        file = (checkpoint / name).resolve()  # the Hub's cache is made of symbolic links
        try:
            os.link(file, folder / name)
        except OSError:  # another file system
            shutil.copyfile(file, folder / name)


def _copy_tokenizer(checkpoint: Path, folder: Path) -> None:
    """Take the tokenizer along, so that the folder is all that translation needs."""
    for name in {TASK, *(name for pair in FILES for name in pair)}:
        if (checkpoint / name).is_file():
            (folder / name).write_bytes((checkpoint / name).read_bytes())


def _facts(checkpoint: Path, name: str, revision: str) -> dict[str, Any]:
    config = read_json(checkpoint / "config.json")
    tokenizer = read_json(checkpoint / "tokenizer_config.json")
    tasks = config.get("task_specific_params")
    prefixes = [
        [*map(base, task.removeprefix(_TASK).split("_to_")), settings["prefix"]]
        for task, settings in (tasks if isinstance(tasks, dict) else {}).items()
        if task.startswith(_TASK) and task.count("_to_") == 1 and settings.get("prefix")
    ]
    positions = config.get("max_position_embeddings") or config.get("n_positions")
    return {
        "model": name,
        "revision": revision,
        "type": config["model_type"],
        "positions": positions,
        "languages": [tokenizer.get("source_lang"), tokenizer.get("target_lang")],
        "prefixes": prefixes,
    }


def library() -> Any:
    """The module `ctranslate2`.

    Raises:
        MissingExtraError: it is not installed.
    """
    return require("ctranslate2", extra="ctranslate2", user="translator 'ctranslate2'")
