"""The joint vocabulary: texts come back, offsets fit, and transformers reads the same ids."""

from __future__ import annotations

import json
import re
import shutil
import string
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

pytest.importorskip("sentencepiece")

from spanferry.data.errors import ConfigError
from spanferry.translators.distil.settings import StudentSettings
from spanferry.translators.distil.typography import MARKS
from spanferry.translators.distil.vocabulary import (
    FILES,
    UNKNOWN,
    Vocabulary,
    train_vocabulary,
)
from tests.models.language import pairs

KNOWN = string.ascii_letters + string.digits + string.punctuation + MARKS
words = st.text(st.sampled_from(KNOWN), min_size=1, max_size=12)
known = st.lists(words, max_size=8).map(" ".join)
sentences = st.sampled_from([text for pair in pairs(40) for text in (pair.source, pair.target)])
#: Any characters, in texts as they come out of a reader: words with a blank in between.
unknown = st.text(max_size=40).map(lambda text: " ".join(text.split()))


@given(known | sentences)
def test_texts_come_back(vocabulary: Vocabulary, text: str) -> None:
    (ids,) = vocabulary.encode([text])
    assert vocabulary.ids[UNKNOWN] not in ids
    assert vocabulary.end not in ids
    assert vocabulary.padding not in ids
    padded = [*ids, vocabulary.end, *ids, vocabulary.padding]
    assert vocabulary.decode(ids) == vocabulary.decode(padded) == text
    assert vocabulary.decode([vocabulary.padding, *ids]) == text


@given(known | sentences | unknown)
def test_sub_words_share_out_the_characters(vocabulary: Vocabulary, text: str) -> None:
    (ids,) = vocabulary.encode([text])
    (places,) = vocabulary.offsets([text])
    assert len(places) == len(ids)
    covered = "".join(text[start:end] for start, end in places)
    assert covered == text
    assert all(one[1] == other[0] for one, other in pairwise(places))
    names = {number: token for token, number in vocabulary.ids.items()}
    for number, (start, end) in zip(ids, places, strict=True):
        if names[number] != UNKNOWN:
            assert names[number].replace("▁", " ").strip() == text[start:end].strip()


@given(st.text(st.sampled_from("ab  \t\n\u00a0é日😀'"), max_size=20) | st.text(max_size=20))
def test_no_character_is_left_out(vocabulary: Vocabulary, text: str) -> None:
    """Blanks that are too many belong to no sub-word; all else does, in order."""
    (places,) = vocabulary.offsets([text])
    assert all(one[1] <= other[0] for one, other in pairwise(places))
    missing = set(range(len(text))) - {k for start, end in places for k in range(start, end)}
    assert {text[k] for k in missing} <= {" "}


def test_what_is_in_it(vocabulary: Vocabulary) -> None:
    tokens = list(vocabulary.ids)
    assert 300 < len(vocabulary) == len(tokens) <= 400
    assert (tokens[0], tokens[1], tokens[-1]) == ("</s>", UNKNOWN, "<pad>")
    assert (vocabulary.end, vocabulary.padding) == (0, len(tokens) - 1)
    assert list(vocabulary.ids.values()) == list(range(len(tokens)))
    assert set(KNOWN) <= set(tokens)
    assert "▁Julia" in tokens


def test_digits_are_single(vocabulary: Vocabulary, tmp_path: Path) -> None:
    texts = ["In 1999 there were 1999 of 1999, and 1999 again."] * 50
    train_vocabulary(texts, StudentSettings(vocabulary=200), tmp_path, "en", "pt")
    for made in (vocabulary, Vocabulary(tmp_path)):
        assert not [token for token in made.ids if re.search(r"\d.|.\d", token.strip("▁"))]
        (ids,) = made.encode(["1999"])
        nine = made.ids["9"]
        assert ids[-3:] == [nine] * 3


@pytest.mark.parametrize(("target", "there"), [("zh-Hant", False), ("de", True)])
def test_the_rarest_characters(tmp_path: Path, target: str, there: bool) -> None:
    """One in 6,000: kept, but not where a language has thousands."""
    texts = ["the men saw the dog and the old one by the sea " * 50] * 5 + ["ß ß"]
    train_vocabulary(texts, StudentSettings(vocabulary=200), tmp_path, "en", target)
    assert any("ß" in token for token in Vocabulary(tmp_path).ids) is there


def test_the_same_texts_give_the_same_files(tmp_path: Path) -> None:
    for name in ("one", "other"):
        texts = [pair.source for pair in pairs(100)]
        train_vocabulary(texts, StudentSettings(vocabulary=200), tmp_path / name, "en", "pt")
    for file in FILES:
        assert (tmp_path / "one" / file).read_bytes() == (tmp_path / "other" / file).read_bytes()


def test_transformers_reads_the_same_ids(vocabulary: Vocabulary) -> None:
    transformers = pytest.importorskip("transformers")
    tokenizer = transformers.MarianTokenizer.from_pretrained(vocabulary.folder)
    assert (tokenizer.source_lang, tokenizer.target_lang) == ("en", "qaa")
    assert tokenizer.eos_token_id == vocabulary.end
    assert tokenizer.pad_token_id == vocabulary.padding
    texts = [pair.source for pair in pairs(60)]
    texts += ["“It’s” – 12,5 % … \t of <it> & [co]", "日本 Łódź 😀!", "  two  blanks "]
    expected = [[*ids, vocabulary.end] for ids in vocabulary.encode(texts)]
    assert tokenizer(texts)["input_ids"] == expected
    targets = [pair.target for pair in pairs(60)]
    expected = [[*ids, vocabulary.end] for ids in vocabulary.encode(targets)]
    assert tokenizer(text_target=targets)["input_ids"] == expected
    assert tokenizer.batch_decode(expected, skip_special_tokens=True) == targets


@pytest.mark.parametrize("texts", [["a"], [], ["".join(map(chr, range(0x4E00, 0x4E00 + 400)))]])
def test_no_vocabulary_can_be_made(tmp_path: Path, texts: list[str]) -> None:
    size = 500 if not texts else 100
    with pytest.raises(ConfigError, match=rf"student\.vocabulary: no vocabulary of {size} sub-w"):
        train_vocabulary(texts, StudentSettings(vocabulary=size), tmp_path, "en", "zh")
    assert not list(tmp_path.iterdir())


def _no_words(folder: Path) -> None:
    (folder / "vocab.json").write_text("{", "utf-8")


def _no_model(folder: Path) -> None:
    (folder / "source.spm").write_bytes(b"none")


def _gone(folder: Path) -> None:
    (folder / "source.spm").unlink()


def _other_order(folder: Path) -> None:
    ids = json.loads((folder / "vocab.json").read_text("utf-8"))
    (folder / "vocab.json").write_text(json.dumps(dict(reversed(ids.items()))), "utf-8")


@pytest.mark.parametrize(
    ("damage", "text"),
    [
        (_no_words, r"settings\.start: .* holds no vocabulary: Expecting"),
        (_no_model, "holds no vocabulary: "),
        (_gone, "holds no vocabulary: "),
        (_other_order, "is none that `spanferry distil` made"),
    ],
)
def test_folders_that_hold_none(
    vocabulary: Vocabulary, tmp_path: Path, damage: Callable[[Path], None], text: str
) -> None:
    folder = tmp_path / "copy"
    shutil.copytree(vocabulary.folder, folder)
    assert len(Vocabulary(folder)) == len(vocabulary)
    damage(folder)
    with pytest.raises(ConfigError, match=text) as caught:
        Vocabulary(folder)
    assert repr(str(folder)) in str(caught.value)
