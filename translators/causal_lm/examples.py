"""Translations that are shown to a model before the text: from the settings or from a file."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from spanferry.data.errors import ConfigError
from spanferry.data.languages import base, normalize
from spanferry.data.readers.files import near_names

KEY = "translate.examples"
#: Most of a file that are shown.
MOST = 32


def read_examples(given: str | Sequence[Mapping[str, str]]) -> list[dict[str, str]]:
    """Texts by language code, in order, from the settings or from a file of JSON lines.

    Raises:
        ConfigError: the file cannot be read, a line is no object of texts by language code, or
            there are more than `MOST`.
    """
    if not isinstance(given, str):
        return [_by_language(example, KEY) for example in given]
    try:
        lines = Path(given).expanduser().read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError, RuntimeError, ValueError) as error:
        why = getattr(error, "strerror", None) or "it is not UTF-8"
        raise ConfigError(f"{KEY}: {given!r} cannot be read: {why}{_near(given)}") from None
    found = []
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            example = json.loads(line)
        except (ValueError, RecursionError):
            example = None
        right = isinstance(example, dict) and all(
            isinstance(text, str) and text.strip() for text in example.values()
        )
        if not right:
            raise ConfigError(
                f"{KEY}: line {number} of {given!r} is no JSON object of texts by language code"
            )
        found.append(_by_language(example, f"{KEY}: line {number} of {given!r}"))
    if len(found) > MOST:
        raise ConfigError(f"{KEY}: {given!r} holds {len(found)} examples; {MOST} at most are shown")
    return found


def pairs(examples: Sequence[Mapping[str, str]], source: str, target: str) -> list[tuple[str, str]]:
    """Source and target text of the examples that have both languages.

    A language is found by its code, or else without script and region (`pt-BR` takes `pt`). Where
    both languages are the same, a text stands for itself.

    Raises:
        ConfigError: there are examples, and none has both.
    """
    found = []
    for example in examples:
        texts = [_text(example, code) for code in (source, target)]
        if texts[0] is not None and texts[1] is not None:
            found.append((texts[0], texts[1]))
    if examples and not found:
        known = sorted({code for example in examples for code in example})
        raise ConfigError(
            f"{KEY}: no example has texts in both {source!r} and {target!r}; their languages: "
            f"{', '.join(known)}"
        )
    return found


def _text(example: Mapping[str, str], code: str) -> str | None:
    return example.get(code) or example.get(base(code))


def _by_language(example: Mapping[str, str], place: str) -> dict[str, str]:
    try:
        return {normalize(code): " ".join(text.split()) for code, text in example.items()}
    except ConfigError as error:
        raise ConfigError(f"{place}: {error}") from error


def _near(name: str) -> str:
    try:
        return near_names(Path(name))
    except (OSError, ValueError):
        return ""
