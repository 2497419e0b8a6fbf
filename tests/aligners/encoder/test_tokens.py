"""Which tokens belong to which word, for tokenizers with other special tokens and pieces."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from transformers import AutoTokenizer

from spanferry.aligners.encoder.tokens import Tokenizer
from spanferry.data.errors import ConfigError
from tests.models.encoders import FAMILIES, encoder, word_pairs


def _tokenizer(family: str, limit: int = 512, overlap: int = 8) -> Tokenizer:
    return Tokenizer(encoder(family), limit=limit, overlap=overlap, user="test")


@pytest.mark.parametrize("family", sorted(FAMILIES))
def test_ids_are_those_of_transformers_and_words_those_that_were_given(family: str) -> None:
    reference = AutoTokenizer.from_pretrained(encoder(family))
    for source, _ in word_pairs(20):
        (found,) = _tokenizer(family)([source])
        (piece,) = found.pieces
        assert piece.ids.tolist() == reference(source, is_split_into_words=True)["input_ids"]
        counts = [len(reference.tokenize(word)) for word in source]
        assert found.words.tolist() == np.repeat(np.arange(len(source)), counts).tolist()
        tokens = reference.convert_ids_to_tokens(piece.ids[piece.keep].tolist())
        assert not set(tokens) & set(reference.all_special_tokens) - {reference.unk_token}


@pytest.mark.parametrize("family", sorted(FAMILIES))
def test_windows_of_a_long_text_make_up_the_whole(family: str) -> None:
    words = [word for source, _ in word_pairs(10) for word in source]
    (whole,) = _tokenizer(family)([words])
    (cut,) = _tokenizer(family, limit=20)([words])
    assert np.array_equal(whole.words, cut.words)
    assert len(cut.pieces) > 5
    kept = np.concatenate([piece.ids[piece.keep] for piece in cut.pieces])
    assert np.array_equal(kept, whole.pieces[0].ids[whole.pieces[0].keep])
    edge = len(whole.pieces[0].ids) - 1 - whole.pieces[0].keep[-1]
    for piece in cut.pieces:
        assert len(piece.ids) <= 20
        assert piece.ids[0] == whole.pieces[0].ids[0]  # special tokens around each
        assert piece.ids[len(piece.ids) - edge :].tolist() == (
            whole.pieces[0].ids[len(whole.pieces[0].ids) - edge :].tolist()
        )
    assert [piece.first for piece in cut.pieces] == np.cumsum(
        [0, *[len(piece.keep) for piece in cut.pieces[:-1]]]
    ).tolist()


def test_words_without_subwords_and_odd_strings() -> None:
    (found,) = _tokenizer("bert")([["a", "", "\u200b\x00", "b", "\ud800x"]])
    assert set(found.words.tolist()) == {0, 3, 4}


def test_saved_truncation_and_padding_are_undone(tmp_path: Path) -> None:
    for file in encoder("bert").iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    saved = json.loads((tmp_path / "tokenizer.json").read_text("utf-8"))
    saved["truncation"] = {
        "direction": "Right", "max_length": 4, "strategy": "LongestFirst", "stride": 0,
    }  # fmt: skip
    saved["padding"] = {
        "strategy": {"Fixed": 16}, "direction": "Left", "pad_to_multiple_of": None,
        "pad_id": 0, "pad_type_id": 0, "pad_token": "[PAD]",
    }  # fmt: skip
    (tmp_path / "tokenizer.json").write_text(json.dumps(saved), "utf-8")
    words = list("abcdefghi")
    ours = Tokenizer(tmp_path, limit=512, overlap=0, user="test")([words, ["a"]])
    plain = _tokenizer("bert")([words, ["a"]])
    for found, expected in zip(ours, plain, strict=True):
        assert found.pieces[0].ids.tolist() == expected.pieces[0].ids.tolist()


def test_errors(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"align\.window: 2 sub-words leave no room"):
        _tokenizer("bert", limit=2)
    (tmp_path / "tokenizer.json").write_text("{", "utf-8")
    with pytest.raises(ConfigError, match=r"align\.model: the tokenizer of .* cannot be loaded"):
        Tokenizer(tmp_path, limit=512, overlap=0, user="test")
