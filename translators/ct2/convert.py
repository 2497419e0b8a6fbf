"""Conversion of a `transformers` checkpoint with CTranslate2's own converter, in a child process.

In a process of its own, so that torch and the unconverted weights are gone from memory when it is
done, and a checkpoint that crashes the converter takes nothing else along.
"""

from __future__ import annotations

import json
import subprocess
import sys
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from spanferry.data.backends import require
from spanferry.data.errors import ConfigError, MissingExtraError, RetryableError
from spanferry.data.fingerprint import fingerprint
from spanferry.data.languages import base
from spanferry.translators.ct2 import source as sources
from spanferry.translators.ct2.cache import Cache
from spanferry.translators.ct2.tokens import FILES

#: Raised when the same checkpoint is converted to something else than before.
CONVERT_VERSION = "1"
#: Facts on the checkpoint that the converted folder would lose.
FACTS = "spanferry.json"
#: Modules that conversion needs besides those that translation does.
NEEDS = ("torch", "transformers")
_TASK = "translation_"


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
        checkpoint = sources.fetch(source)
        config = sources.check_checkpoint(checkpoint, source.name)
        _need(source.name)
        _run(checkpoint, folder, source.name, weights, layer, heads)
        _copy_tokenizer(checkpoint, folder)
        (folder / FACTS).write_text(
            json.dumps(_facts(source, checkpoint, config), indent=1, ensure_ascii=False), "utf-8"
        )

    return cache.model(Path(source.name).name, key(source, weights, layer, heads), make)


def facts(folder: Path) -> dict[str, Any]:
    """What is known of the checkpoint that a folder was converted from; empty if nothing is."""
    try:
        found = json.loads((folder / FACTS).read_text("utf-8"))
    except FileNotFoundError:
        return {}
    return found if isinstance(found, dict) else {}


def _need(name: str) -> None:
    absent = [module for module in NEEDS if find_spec(module) is None]
    if absent:
        raise MissingExtraError(
            f"translate.model: {name!r} has to be converted, which needs {' and '.join(absent)}; "
            "run: pip install 'spanferry[convert]' (a converted folder needs neither)"
        )


def _run(checkpoint: Path, folder: Path, name: str, weights: str, layer: int, heads: int) -> None:
    """Convert in a child; its last line on stderr is the reason when it fails."""
    task = json.dumps(
        {"from": str(checkpoint), "to": str(folder), "weights": weights,
         "layer": layer, "heads": heads}
    )  # fmt: skip
    done = subprocess.run(
        [sys.executable, "-m", "spanferry.translators.ct2.convert_child", task],
        capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL,
    )  # fmt: skip
    if done.returncode == 0:
        return
    if done.returncode < 0:
        raise RetryableError(
            f"the conversion of {name!r} was killed (signal {-done.returncode}); most often for "
            "want of memory: it takes about twice the size of the weights"
        )
    lines = [line for line in done.stderr.splitlines() if line.strip()]
    raise ConfigError(f"translate.model: {name!r} cannot be converted: "
                      f"{lines[-1] if lines else 'no reason given'}")  # fmt: skip


def _copy_tokenizer(checkpoint: Path, folder: Path) -> None:
    """Take the tokenizer along, so that the folder is all that translation needs."""
    for name in {name for pair in FILES for name in pair}:
        if (checkpoint / name).is_file():
            (folder / name).write_bytes((checkpoint / name).read_bytes())


def _facts(source: sources.ModelSource, checkpoint: Path, config: dict[str, Any]) -> dict[str, Any]:
    tokenizer = _read(checkpoint / "tokenizer_config.json")
    prefixes = [
        [*map(base, task.removeprefix(_TASK).split("_to_")), settings["prefix"]]
        for task, settings in (config.get("task_specific_params") or {}).items()
        if task.startswith(_TASK) and "_to_" in task and settings.get("prefix")
    ]
    positions = config.get("max_position_embeddings") or config.get("n_positions")
    return {
        "model": source.describe(),
        "revision": source.revision,
        "type": config["model_type"],
        "positions": positions,
        "languages": [tokenizer.get("source_lang"), tokenizer.get("target_lang")],
        "prefixes": prefixes,
        "licence": None,
    }


def _read(path: Path) -> dict[str, Any]:
    try:
        found = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def library() -> Any:
    """The module `ctranslate2`.

    Raises:
        MissingExtraError: it is not installed.
    """
    return require("ctranslate2", extra="ctranslate2", user="translator 'ctranslate2'")
