"""What a model's folder holds, and whether it can be converted."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from spanferry.data.errors import ConfigError

#: Model types of `transformers` whose conversion is tested here.
TYPES = ("marian", "m2m_100", "mbart", "t5", "mt5", "umt5")
#: The weights of a converted model.
CONVERTED = "model.bin"
#: What conversion and tokenizing need besides weights.
_SMALL = (".json", ".spm", ".model", ".txt")
_SAFE = re.compile(r"model(-\d+-of-\d+)?\.safetensors")
_PICKLED = re.compile(r"pytorch_model(-\d+-of-\d+)?\.bin")
#: A language of mBART-50 that mBART-25 does not know.
_ONLY_MBART50 = '"pt_XX"'
_POINTER = b"version https://git-lfs"


def small(names: Sequence[str]) -> list[str]:
    """Of a repository's files, configuration and tokenizers; folders in it are left alone."""
    return sorted(name for name in names if "/" not in name and name.endswith(_SMALL))


def weights(names: Sequence[str]) -> list[str]:
    """Of a repository's files, the weights to use: converted, safetensors, or else pickled."""
    if CONVERTED in names:
        return [CONVERTED]
    for pattern in (_SAFE, _PICKLED):
        found = sorted(name for name in names if pattern.fullmatch(name))
        if found:
            return found
    return []


def read_config(folder: Path, name: str) -> dict[str, Any]:
    """The `config.json` of a checkpoint of a kind that can be converted; weights are not looked at.

    Raises:
        ConfigError: it is none, it needs code of its own, or is of a type that is not supported.
    """
    start = f"translate.model: {name!r} "
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
    kind = config.get("model_type")
    if kind not in TYPES:
        raise ConfigError(
            f"{start}is of type {kind!r}; models of these types are supported: {', '.join(TYPES)}"
        )
    if kind == "mbart" and not _is_mbart50(folder, config, tokenizer):
        raise ConfigError(
            f"{start}is an mBART-25 model, which is told its languages in another way; mBART-50 "
            "models are supported"
        )
    return config


def check(folder: Path, name: str) -> dict[str, Any]:
    """The `config.json` of a checkpoint that is whole; see `read_config`.

    Raises:
        ConfigError: as `read_config`; or weights are missing.
    """
    config = read_config(folder, name)
    found = weights([file.name for file in folder.iterdir() if file.is_file()])
    if not found:
        raise ConfigError(
            f"translate.model: {name!r} holds no weights (model.safetensors or pytorch_model.bin)"
        )
    missing = _shards(folder, found[0]) - set(found)
    if missing:
        raise ConfigError(
            f"translate.model: {name!r} lacks {', '.join(sorted(missing)[:3])} of its weights"
        )
    for file in found:
        with (folder / file).open("rb") as opened:
            if opened.read(len(_POINTER)) == _POINTER:
                raise ConfigError(
                    f"translate.model: {file} of {name!r} is a Git LFS pointer, not the weights; "
                    "run in the folder: git lfs pull"
                )
    return config


def read_json(path: Path) -> dict[str, Any]:
    """A JSON object; empty when there is none that can be read."""
    try:
        found = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _shards(folder: Path, first: str) -> set[str]:
    """The files that weights are spread over, as their index says; none for a single file."""
    if first in {CONVERTED, "model.safetensors", "pytorch_model.bin"}:
        return set()
    name = "model.safetensors" if _SAFE.fullmatch(first) else "pytorch_model.bin"
    return {str(file) for file in read_json(folder / f"{name}.index.json")["weight_map"].values()}


def _is_mbart50(folder: Path, config: dict[str, Any], tokenizer: dict[str, Any]) -> bool:
    named = [str(part.get("tokenizer_class")).removesuffix("Fast") for part in (config, tokenizer)]
    if "MBart50Tokenizer" in named or "MBartTokenizer" in named:
        return "MBart50Tokenizer" in named
    return any(
        _ONLY_MBART50 in (folder / file).read_text("utf-8", errors="replace")
        for file in small([file.name for file in folder.iterdir()])
        if file.endswith(".json")
    )
