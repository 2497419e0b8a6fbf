"""Counting the pieces of a small vocabulary, by hand."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from spanferry.translators.unigram import UnigramVocabulary


@pytest.fixture
def vocabulary(tmp_path: Path) -> UnigramVocabulary:
    pieces: dict[str, float] = {
        "</s>": 0,
        "<unk>": 0,
        "▁": -3,
        "▁the": -1,
        "▁t": -4,
        "he": -4,
        "cat": -2,
        "s": -3,
    }
    pieces |= {"c": -6, "a": -6, "t": -6, "▁ca": -2.5}
    path = tmp_path / "tokenizer.json"
    path.write_text(json.dumps({"model": {"type": "Unigram", "vocab": list(pieces.items())}}))
    return UnigramVocabulary(path)


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("", 0),
        ("the", 1),  # ▁the
        ("the the", 2),
        ("cat", 2),  # ▁ cat (-5) is better than ▁ca t (-8.5)
        ("cats", 3),
        ("  the   cats ", 4),
        ("the😀", 2),  # unknown characters count one each
    ],
)
def test_count(vocabulary: UnigramVocabulary, text: str, count: int) -> None:
    assert vocabulary.count(text) == count


def test_knows(vocabulary: UnigramVocabulary) -> None:
    assert vocabulary.knows("c")
    assert not vocabulary.knows("h")  # only as a part of longer pieces
    assert not vocabulary.knows("😀")
