"""Sentencepiece models for the small checkpoints, trained on text of the artificial language."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from tests.models.language import pairs

#: Letters of other languages, so that accents and other scripts are not all unknown.
LETTERS = "áàâãçéêíóôõúüñäöß ABCDEFGHIJKLMNOPQRSTUVWXYZ abcdefghijklmnopqrstuvwxyz 0123456789"


@cache
def sentences() -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Two thousand sentences of either language."""
    found = pairs(2000)
    return tuple(pair.source for pair in found), tuple(pair.target for pair in found)


def train_pieces(path: Path, texts: Sequence[str], size: int, **options: Any) -> list[str]:
    """Train a sentencepiece model on texts, write it, and give its pieces in order."""
    import sentencepiece

    model = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter([*texts, *[" ".join(LETTERS)] * 3]),
        model_writer=model,
        vocab_size=size,
        character_coverage=1.0,
        num_threads=1,
        minloglevel=2,
        **options,
    )
    path.write_bytes(model.getvalue())
    loaded = sentencepiece.SentencePieceProcessor(model_proto=model.getvalue())
    return [loaded.id_to_piece(number) for number in range(loaded.get_piece_size())]


def write_json(path: Path, content: Mapping[str, Any]) -> None:
    path.write_text(json.dumps(content, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")


def update_json(path: Path, content: Mapping[str, Any]) -> None:
    """Add keys to a JSON file."""
    write_json(path, {**json.loads(path.read_text(encoding="utf-8")), **content})
