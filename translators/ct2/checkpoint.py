"""Which checkpoints can be converted, and what a converted folder holds."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from spanferry.data import checkpoints
from spanferry.data.checkpoints import read_json, small
from spanferry.data.errors import ConfigError

#: Model types of `transformers` whose conversion is tested here.
TYPES = ("marian", "m2m_100", "mbart", "t5", "mt5", "umt5")
#: The weights of a converted model.
CONVERTED = "model.bin"
#: A language of mBART-50 that mBART-25 does not know.
_ONLY_MBART50 = '"pt_XX"'
_KEY = "translate.model"


def weights(names: Sequence[str]) -> list[str]:
    """Of a repository's files, the weights to use: converted, safetensors, or else pickled."""
    return [CONVERTED] if CONVERTED in names else checkpoints.weights(names)


def read_config(folder: Path, name: str) -> dict[str, Any]:
    """The `config.json` of a checkpoint of a kind that can be converted; weights are not looked at.

    Raises:
        ConfigError: it is none, it needs code of its own, or is of a type that is not supported.
    """
    start = f"{_KEY}: {name!r} "
    config = checkpoints.read_config(folder, name, _KEY)
    kind = config.get("model_type")
    if kind not in TYPES:
        raise ConfigError(
            f"{start}is of type {kind!r}; models of these types are supported: {', '.join(TYPES)}"
        )
    tokenizer = read_json(folder / "tokenizer_config.json")
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
    checkpoints.check_weights(folder, name, _KEY)
    return config


def _is_mbart50(folder: Path, config: dict[str, Any], tokenizer: dict[str, Any]) -> bool:
    named = [str(part.get("tokenizer_class")).removesuffix("Fast") for part in (config, tokenizer)]
    if "MBart50Tokenizer" in named or "MBartTokenizer" in named:
        return "MBart50Tokenizer" in named
    return any(
        _ONLY_MBART50 in (folder / file).read_text("utf-8", errors="replace")
        for file in small([file.name for file in folder.iterdir()])
        if file.endswith(".json")
    )
