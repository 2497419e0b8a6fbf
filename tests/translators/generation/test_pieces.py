"""Texts as sub-words: added tokens stay whole, whichever file the tokenizer comes from."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from spanferry.translators.ct2.tokens import text_of
from spanferry.translators.generation.pieces import load
from spanferry.translators.generation.training.checkpoint import TextToText
from tests.models.language import pairs

TAGS = ["<Person>", "</Person>"]
TEXT = "Ana saw Lisbon. <Person>[None]</Person><extra_id_0>"


@pytest.fixture(scope="module")
def tagged(small_mt5: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small mT5 with two tags."""
    folder = tmp_path_factory.mktemp("tagged")
    TextToText(small_mt5, TAGS).save(folder)
    return folder


def test_tags_and_sentinels_are_one_piece(tagged: Path) -> None:
    [found] = load(tagged).encode([TEXT])
    assert [piece for piece in found if piece in {*TAGS, "<extra_id_0>"}] == [
        *TAGS, "<extra_id_0>",
    ]  # fmt: skip
    assert text_of(found).replace(" ", "") == TEXT.replace(" ", "")


def test_an_end_token_in_a_text_is_none(tagged: Path) -> None:
    plain, framed = load(tagged).encode(["Ana saw", "Ana</s> saw<pad>"])
    assert "</s>" not in framed
    assert "<pad>" not in framed
    assert text_of(framed) == text_of(plain)


def test_a_bare_sentencepiece_file_gives_the_same(
    tagged: Path, small_mt5: Path, tmp_path: Path
) -> None:
    """It knows no tags; the vocabulary of the model does."""
    shutil.copy(small_mt5 / "spiece.model", tmp_path)
    vocabulary = TextToText(tagged, ()).ids
    bare, whole = load(tmp_path, vocabulary), load(tagged)
    texts = [f"{pair.source}{tag}" for pair in pairs(50) for tag in ("", *TAGS)]
    assert bare.encode(texts) == whole.encode(texts)
    assert "<Person>" in bare.encode([TEXT])[0]
    assert "<Person>" not in load(tmp_path).encode([TEXT])[0]
