"""Rows that are put together from pieces are what the tokenizer makes of the marked sentence."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from spanferry.aligners.supervised.marking import batch, rows
from spanferry.aligners.supervised.subwords import SubWords
from spanferry.data.errors import ConfigError

WORDS = st.lists(
    st.text("aeklmnrstAÉü.-'7", min_size=1, max_size=7) | st.sampled_from(["¶", "[SEP]", "日本"]),
    min_size=1, max_size=9,
)  # fmt: skip


@pytest.fixture(scope="module")
def subwords(bert: Callable[[str], Path]) -> SubWords:
    from transformers import AutoTokenizer

    return SubWords(AutoTokenizer.from_pretrained(bert("spans")), "small")


def marked(words: list[str], place: int, marker: str) -> list[str]:
    return [*words[:place], marker, words[place], marker, *words[place + 1 :]]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(source=WORDS, target=WORDS)
def test_rows_are_those_of_the_tokenizer(
    subwords: SubWords, source: list[str], target: list[str]
) -> None:
    layout = subwords.layout(512, 512, 128, "7")
    one, two = subwords.encode([source, target], layout.longest_word)
    found = list(rows(0, one, two, layout))
    assert [row.word for row in found] == list(range(len(source)))
    made = batch(found, layout)
    assert made.types is not None
    for number, row in enumerate(found):
        wanted = subwords.tokenizer(
            marked(source, number, "7"), target, is_split_into_words=True,
            split_special_tokens=True, return_token_type_ids=True,
        )  # fmt: skip
        assert made.ids[number, : row.length].tolist() == wanted["input_ids"]
        assert made.types[number, : row.length].tolist() == wanted["token_type_ids"]
        assert made.mask[number].sum() == row.length == len(wanted["input_ids"])
        sides, places = wanted.sequence_ids(0), wanted.word_ids(0)
        for word in range(len(target)):
            own = [
                k for k, (s, p) in enumerate(zip(sides, places, strict=True)) if (s, p) == (1, word)
            ]
            assert (made.first[number, word], made.last[number, word]) == (own[0], own[-1])


@settings(deadline=None)
@given(source=WORDS.map(lambda words: 12 * words), target=WORDS.map(lambda words: 9 * words))
def test_long_pairs_show_every_word_its_whole_target(
    subwords: SubWords, source: list[str], target: list[str]
) -> None:
    layout = subwords.layout(64, 512, 128, "7")
    one, two = subwords.encode([source, target], layout.longest_word)
    seen = np.zeros((len(source), len(target)), dtype=int)
    for row in rows(0, one, two, layout):
        assert row.first <= row.word < row.last
        assert row.length <= 64
        seen[row.word, row.window.own_first : row.window.own_last] += 1
    assert (seen == 1).all()


def byte_level() -> Any:
    """A tokenizer as RoBERTa's, which tells "he" at the start of a text from " he"."""
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, processors, trainers
    from transformers import PreTrainedTokenizerFast

    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=300, special_tokens=["<s>", "<pad>", "</s>", "<unk>"], show_progress=False,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
    )  # fmt: skip
    tokenizer.train_from_iterator(["the dog saw the cat", "a cat saw a dog then"], trainer)
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>", pair="<s> $A </s> </s> $B </s>",
        special_tokens=[("<s>", 0), ("</s>", 2)],
    )  # fmt: skip
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, bos_token="<s>", cls_token="<s>", eos_token="</s>",
        sep_token="</s>", pad_token="<pad>", unk_token="<unk>",
        model_input_names=["input_ids", "attention_mask"],
    )  # fmt: skip


def test_byte_level_tokenizers_keep_the_blanks() -> None:
    pytest.importorskip("transformers")
    tokenizer = byte_level()
    subwords = SubWords(tokenizer, "roberta")
    layout = subwords.layout(512, 512, 128, "¶")
    source, target = ["the", "dog", "saw"], ["a", "cat"]
    one, two = subwords.encode([source, target], layout.longest_word)
    made = batch(list(rows(0, one, two, layout)), layout)
    assert made.types is None
    for word in range(3):
        text = " " + " ".join(marked(source, word, "¶"))
        wanted = tokenizer(text, " a cat")["input_ids"]
        assert made.ids[word, : int(made.mask[word].sum())].tolist() == wanted


def test_words_of_nothing_and_of_everything_have_a_place(subwords: SubWords) -> None:
    empty, long = subwords.encode([["\u200b"], ["a" * 90]], 15)
    assert empty.ids.tolist() == [subwords.tokenizer.unk_token_id]
    assert long.starts == [0, 15]
    assert subwords.tokenizer.convert_ids_to_tokens(long.ids.tolist()) == ["a", *["##a"] * 14]


def test_the_marker_of_binary_align_is_found_by_its_name(bert: Callable[[str], Path]) -> None:
    from transformers import AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(bert("binary"))
    tokenizer.add_special_tokens({"additional_special_tokens": [" [WORD_SEP] "]})
    assert SubWords(tokenizer, "x").marker_ids("[WORD_SEP]") == [len(tokenizer) - 1]


def test_a_marker_without_a_token_is_an_error(subwords: SubWords) -> None:
    with pytest.raises(ConfigError, match=r"align.marker: .*'small' has no token for '¶'"):
        subwords.layout(512, 512, 128, "¶")


def test_a_window_without_room_is_an_error(subwords: SubWords) -> None:
    with pytest.raises(ConfigError, match=r"align.window: 20 sub-words hold 5 .* at least 21"):
        subwords.layout(20, 512, 128, "7")


def test_a_tokenizer_without_a_fast_version_is_an_error() -> None:
    transformers = pytest.importorskip("transformers")
    subwords = SubWords(transformers.CanineTokenizer(), "characters")
    with pytest.raises(ConfigError, match=r"'characters' \(CanineTokenizer\) has no fast version"):
        subwords.layout(512, 512, 128, "7")
