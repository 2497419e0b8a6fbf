"""Sub-words: the same as transformers', and back to text with offsets."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spanferry.data.errors import ConfigError
from spanferry.translators.ct2.families import END
from spanferry.translators.ct2.tokens import FastTokenizer, SentencePiece, decode, load, text_of
from tests.models.families import FAMILIES, build_nllb, build_t5
from tests.models.language import pairs
from tests.models.vocabulary import train_pieces
from tests.translators.ct2.conftest import Make

TEXTS = [pair.source for pair in pairs(40, seed=21)]
#: What sets transformers' tokenizers to a source language.
SOURCE = {"nllb": "eng_Latn", "m2m100": "en", "mbart50": "en_XX"}


@pytest.mark.parametrize("name", FAMILIES)
def test_the_source_is_what_transformers_makes_of_it(
    of_family: Make, family: Callable[[str], Path], name: str
) -> None:
    from transformers import AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(family(name))
    before = {"marian_multi": ">>por<< ", "t5": "translate English to German: ", "madlad": "<2pt> "}
    if name in SOURCE:
        tokenizer.src_lang = SOURCE[name]
    translator = of_family(name)
    model = translator._model()
    jobs = {job.item.number: job.item for job in translator._jobs(model, TEXTS)}
    for number, text in enumerate(TEXTS):
        wanted = tokenizer.convert_ids_to_tokens(tokenizer(before.get(name, "") + text).input_ids)
        assert list(jobs[number].tokens) == wanted
        assert wanted[-1] == END


@lru_cache
def pieces_model(folder: Path) -> SentencePiece:
    path = folder / "bytes.model"
    train_pieces(path, [pair.source for pair in pairs(400)], 400, byte_fallback=True)
    return SentencePiece(path)


@given(st.text(max_size=40))
def test_pieces_of_any_text_make_the_text_again(
    tmp_path_factory: pytest.TempPathFactory, text: str
) -> None:
    tokenizer = pieces_model(tmp_path_factory.getbasetemp())
    pieces = tokenizer.encode([text])[0]
    again, ranges = decode(pieces)
    # what SentencePiece itself makes of them, but for the white space at the ends
    assert again == tokenizer._model.decode(pieces).strip()
    assert text_of(pieces) == again
    assert len(ranges) == len(pieces)
    assert all(0 <= start <= end <= len(again) for start, end in ranges)
    assert ranges == sorted(ranges)
    covered = {place for start, end in ranges for place in range(start, end)}
    assert all(again[place].isspace() for place in set(range(len(again))) - covered)


def test_offsets_are_characters_of_the_text_as_it_stands(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    tokenizer = pieces_model(tmp_path_factory.getbasetemp())
    text = "Ana  saw naïve 日本 dogs."
    (pieces,), (ranges,) = tokenizer.encode([text]), tokenizer.offsets([text])
    whole = [
        text[start:end]
        for piece, (start, end) in zip(pieces, ranges, strict=True)
        if not piece.startswith("<0x") and start < end
    ]
    assert "".join(whole) == "Anasawnavedogs."
    assert {text[start:end] for start, end in ranges} >= {"ï", "日", "本"}


def test_bytes_that_are_no_character_show_as_such() -> None:
    assert decode(["<0xC3>", "▁b"]) == ("� b", [(0, 1), (2, 3)])
    assert decode(["▁é", "<0xE6>", "<0x97>", "<0xA5>"])[0] == "é日"
    assert decode([]) == ("", [])


def test_an_end_token_in_a_text_is_text(of_family: Make) -> None:
    for name in FAMILIES:
        translator = of_family(name)
        model = translator._model()
        (job,) = translator._jobs(model, ["Ana </s> saw"])
        assert job.item.tokens.count(END) == 1, name


@pytest.mark.parametrize("build", [build_nllb, build_t5])
def test_a_tokenizer_json_does_what_the_sentencepiece_file_does(
    tmp_path: Path, build: Callable[..., Path]
) -> None:
    slow, _ = load(build(tmp_path / "both"))
    fast, other = load(build(tmp_path / "lone", only_tokenizer_json=True))
    assert isinstance(slow, SentencePiece)
    assert isinstance(fast, FastTokenizer)
    assert fast is other
    assert fast.encode(TEXTS) == slow.encode(TEXTS)
    for fast_ranges, slow_ranges in zip(fast.offsets(TEXTS), slow.offsets(TEXTS), strict=True):
        # lone blanks are nowhere, and nowhere may be before a space or behind it
        assert [r for r in fast_ranges if r[0] < r[1]] == [r for r in slow_ranges if r[0] < r[1]]


def test_a_folder_without_tokenizer_says_what_is_looked_for(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"has no tokenizer \(source\.spm, target\.spm, "):
        load(tmp_path)


def test_a_broken_sentencepiece_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "spiece.model").write_bytes(b"no model")
    with pytest.raises(ConfigError, match=r"spiece\.model' is no SentencePiece model"):
        load(tmp_path)


def test_a_tokenizer_that_marks_blanks_otherwise_is_refused(tmp_path: Path) -> None:
    from tokenizers import Tokenizer, decoders, models

    tokenizer = Tokenizer(models.WordPiece({"a": 0, "[UNK]": 1}, unk_token="[UNK]"))
    tokenizer.decoder = decoders.WordPiece()
    tokenizer.save(str(tmp_path / "tokenizer.json"))
    with pytest.raises(ConfigError, match=r"Metaspace decoder can be used .found: WordPiece"):
        load(tmp_path)
