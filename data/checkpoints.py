"""The files of a `transformers` checkpoint: which there are, and whether they are whole."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from spanferry.data.cache import Cache
from spanferry.data.errors import ConfigError
from spanferry.data.fingerprint import fingerprint

#: What a model needs besides its weights: configuration and tokenizers.
_SMALL = (".json", ".spm", ".model", ".txt")
_SAFE = re.compile(r"model(-\d+-of-\d+)?\.safetensors")
_PICKLED = re.compile(r"pytorch_model(-\d+-of-\d+)?\.bin")
_POINTER = b"version https://git-lfs"


def small(names: Sequence[str]) -> list[str]:
    """Of a repository's files, configuration and tokenizers; folders in it are left alone."""
    return sorted(name for name in names if "/" not in name and name.endswith(_SMALL))


def weights(names: Sequence[str]) -> list[str]:
    """Of a repository's files, the weights to use: safetensors, or else pickled."""
    for pattern in (_SAFE, _PICKLED):
        found = sorted(name for name in names if pattern.fullmatch(name))
        if found:
            return found
    return []


def read_json(path: Path) -> dict[str, Any]:
    """A JSON object; empty when there is none that can be read."""
    try:
        found = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def read_config(folder: Path, name: str, key: str) -> dict[str, Any]:
    """The `config.json` of a checkpoint that needs no code of its own; weights are not looked at.

    Args:
        name: what the user calls the model.
        key: the key of the configuration that names it.

    Raises:
        ConfigError: it cannot be read, or the checkpoint brings Python code.
    """
    start = f"{key}: {name!r} "
    try:
        config = json.loads((folder / "config.json").read_text("utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise ConfigError(f"{start}holds no readable config.json: {error}") from error
    if not isinstance(config, dict):
        raise ConfigError(f"{start}holds no readable config.json: it is no JSON object")
    tokenizer = read_json(folder / "tokenizer_config.json")
    for file, content in (("config.json", config), ("tokenizer_config.json", tokenizer)):
        if "auto_map" in content:
            raise ConfigError(
                f"{start}brings Python code of its own (auto_map in {file}), which is never run"
            )
    return config


def check_weights(folder: Path, name: str, key: str) -> list[str]:
    """The files of a checkpoint's weights.

    Raises:
        ConfigError: there are none, some are missing, or they were never fetched by Git LFS.
    """
    found = weights([file.name for file in folder.iterdir() if file.is_file()])
    if not found:
        raise ConfigError(
            f"{key}: {name!r} holds no weights (model.safetensors or pytorch_model.bin)"
        )
    missing = _shards(folder, found[0], key) - set(found)
    if missing:
        raise ConfigError(f"{key}: {name!r} lacks {', '.join(sorted(missing)[:3])} of its weights")
    for file in found:
        with (folder / file).open("rb") as opened:
            if opened.read(len(_POINTER)) == _POINTER:
                raise ConfigError(
                    f"{key}: {file} of {name!r} is a Git LFS pointer, not the weights; "
                    "run in the folder: git lfs pull"
                )
    return found


def digest(folder: Path, names: Sequence[str], cache: Cache) -> str:
    """Hash of the contents of the named files."""
    return fingerprint(files={name: cache.digest(folder / name) for name in sorted(names)})


def _shards(folder: Path, first: str, key: str) -> set[str]:
    """The files that weights are spread over, as their index says; none for a single file.

    Raises:
        ConfigError: there is no such index.
    """
    if first in {"model.safetensors", "pytorch_model.bin"}:
        return set()
    name = "model.safetensors" if _SAFE.fullmatch(first) else "pytorch_model.bin"
    index = read_json(folder / f"{name}.index.json").get("weight_map")
    if not isinstance(index, dict):
        raise ConfigError(f"{key}: the weights' index {name}.index.json is missing or damaged")
    return {str(file) for file in index.values()}
