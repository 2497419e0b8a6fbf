"""The vocabulary of a converted model, read from its folder."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from spanferry.data.errors import ConfigError
from spanferry.translators.ct2.convert import facts
from spanferry.translators.ct2.families import Vocabulary
from spanferry.translators.ct2.tokens import BLANK

_SHARED = "shared_vocabulary"
_SIDES = ("source_vocabulary", "target_vocabulary")


def read(folder: Path) -> Vocabulary:
    """The tokens of both sides and what is known of the checkpoint.

    Raises:
        ConfigError: the folder has no vocabulary, or a broken one.
    """
    shared = _tokens(folder, _SHARED)
    sides = [shared if shared is not None else _tokens(folder, name) for name in _SIDES]
    if sides[0] is None or sides[1] is None:
        raise ConfigError(
            f"translate.model: {str(folder)!r} is no converted translation model: "
            f"it has no {_SHARED}.json"
        )
    known: dict[str, Any] = facts(folder)
    source, target = known.get("languages") or (None, None)
    prefixes = {(a, b): prefix for a, b, prefix in known.get("prefixes") or ()}
    return Vocabulary(sides[0], sides[1], (source, target), prefixes)


def characters(vocabulary: Vocabulary) -> frozenset[str] | None:
    """The characters that a model can read and write; None for all of them (byte fallback)."""
    if "<0x00>" in vocabulary.source or "<0x41>" in vocabulary.source:
        return None
    read_, written = ({c for token in side for c in token} for side in (
        vocabulary.source, vocabulary.target
    ))  # fmt: skip
    return frozenset((read_ & written) - {BLANK})


def _tokens(folder: Path, name: str) -> frozenset[str] | None:
    as_json, as_text = folder / f"{name}.json", folder / f"{name}.txt"
    if as_json.is_file():
        try:
            return frozenset(json.loads(as_json.read_text("utf-8")))
        except (ValueError, TypeError) as error:
            raise ConfigError(
                f"translate.model: {str(as_json)!r} is no vocabulary: {error}"
            ) from error
    if as_text.is_file():  # of models converted by older versions
        return frozenset(as_text.read_text("utf-8").split("\n"))
    return None
