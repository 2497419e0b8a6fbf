"""The engine: the same links whatever the batches, threads and devices; nothing is lost."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
import torch
from transformers import AutoModel, AutoTokenizer

from spanferry.aligners.base import WordPair
from spanferry.aligners.encoder import engine as engine_module
from spanferry.aligners.encoder.engine import EncoderEngine
from spanferry.aligners.encoder.settings import EncoderSettings
from spanferry.aligners.matchers.simalign import SimalignMatcher, cosines
from spanferry.data.errors import ConfigError
from tests.models.encoders import encoder, word_pairs

PAIRS = [WordPair(source, target) for source, target in word_pairs(40)]
MATCHER = SimalignMatcher("itermax")


def _engine(family: str = "xlmr", **settings: Any) -> EncoderEngine:
    given = EncoderSettings(model=str(encoder(family)), layer=3, **settings)
    made = EncoderEngine(given, user="aligner 'test'")
    made.setup()
    return made


@pytest.fixture(scope="module")
def plain() -> EncoderEngine:
    return _engine()


@pytest.fixture(scope="module")
def links(plain: EncoderEngine) -> list[Any]:
    return plain.links(PAIRS, MATCHER)


def _same(found: Sequence[Any], expected: Sequence[Any]) -> None:
    """The same links, scores equal but for their last digit."""
    assert [[link[:2] for link in pair] for pair in found] == [
        [link[:2] for link in pair] for pair in expected
    ]
    scores = [[link.score for pair in side for link in pair] for side in (found, expected)]
    assert scores[0] == pytest.approx(scores[1], abs=2e-4)


@pytest.mark.parametrize("batch_tokens", [1, 100, 100_000])
def test_batches_change_nothing(links: list[Any], batch_tokens: int) -> None:
    _same(_engine(batch_tokens=batch_tokens).links(PAIRS, MATCHER), links)


def test_chunks_and_the_other_pairs_change_nothing(
    plain: EncoderEngine, links: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    _same([plain.links([pair], MATCHER)[0] for pair in PAIRS[:8]], links[:8])
    monkeypatch.setattr(engine_module, "_NUMBERS", 1)
    monkeypatch.setattr(engine_module, "_LEAST", 50)
    assert len(list(plain.chunks(PAIRS))) > 5
    _same(plain.links(PAIRS, MATCHER), links)


def test_several_devices_and_threads(links: list[Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine_module, "_LEAST", 50)
    many = _engine(device=("cpu", "cpu", "cpu"))
    assert len(many.replicas) == 3
    found: dict[int, list[Any]] = {}

    def work(number: int) -> None:
        found[number] = many.links(PAIRS, MATCHER)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for number in range(3):
        _same(found[number], links)


def test_an_error_in_a_chunk_reaches_the_caller_and_the_engine_works_on(
    plain: EncoderEngine, links: list[Any]
) -> None:
    def broken(batch: Any) -> Any:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        plain.links(PAIRS, broken)
    _same(plain.links(PAIRS, MATCHER), links)


def test_sides_without_words_or_subwords_have_no_links(plain: EncoderEngine) -> None:
    pairs = [
        WordPair([], ["a"]), WordPair(["a"], []), PAIRS[0], WordPair([], []),
        WordPair(["", ""], ["a"]),
    ]  # fmt: skip
    found = plain.links(pairs, MATCHER)
    assert [bool(of_pair) for of_pair in found] == [False, False, True, False, False]
    assert plain.links([], MATCHER) == []
    shapes = [values.shape for values in plain.similarities(pairs, cosines)]
    assert shapes == [(len(pair.source), len(pair.target)) for pair in pairs]


def test_equal_texts_are_encoded_once(plain: EncoderEngine) -> None:
    words = PAIRS[0].source
    pairs = [WordPair(words, words), WordPair(list(words), PAIRS[0].target)] * 5
    (batch,) = plain.batches(pairs)
    assert len(batch.ids) == 2
    found = plain.links(pairs, MATCHER)
    assert found[::2] == [found[0]] * 5
    assert found[1::2] == [found[1]] * 5


@pytest.mark.parametrize("family", ["bert", "gemma"])
def test_vectors_are_those_of_transformers(family: str) -> None:
    """Each sub-word's row in the table, from padded batches and for right-padded decoders too."""
    made = _engine(family, batch_tokens=200)
    model = AutoModel.from_pretrained(encoder(family)).eval()
    tokenizer = AutoTokenizer.from_pretrained(encoder(family))
    for chunk in made.chunks(PAIRS[:10]):
        table, units = made.replicas[0].vectors(chunk, "bpe")
        for place, text in zip(chunk.places, chunk.sources, strict=True):
            words = list(PAIRS[place].source)
            given = tokenizer(words, is_split_into_words=True, return_tensors="pt")
            with torch.inference_mode():
                hidden = model(**given, output_hidden_states=True).hidden_states[3][0]
            inner = hidden[[word is not None for word in given.word_ids()]]
            rows = table[units.starts[text] : units.starts[text + 1]]
            assert torch.allclose(rows, inner, atol=1e-5)


def test_batches_are_sorted_and_hold_what_they_may(plain: EncoderEngine) -> None:
    made = _engine(batch_tokens=100)
    lengths = []
    for batch in made.batches(PAIRS):
        assert batch.ids.size <= 100 or len(batch.ids) == 1
        assert made.replicas[0].forward(batch).shape[:2] == batch.ids.shape
        lengths += batch.mask.sum(axis=1).tolist()
    assert lengths == sorted(lengths, reverse=True)


def test_windows_of_long_texts_leave_no_word_out() -> None:
    """A text of many windows beside itself: every word is linked to itself."""
    words = [word for pair in PAIRS[:25] for word in pair.source]
    made = _engine(window=32, overlap=16)
    (found,) = made.links([WordPair(words, [*words, "☃"])], SimalignMatcher("fwd"), "word")
    assert [link.source for link in found] == list(range(len(words)))
    (same,) = made.links([WordPair(words, words)], SimalignMatcher("inter"), "word")
    assert [(link.source, link.target) for link in same] == [(k, k) for k in range(len(words))]


def test_a_word_longer_than_the_window_is_kept() -> None:
    made = _engine("bert", window=16)
    source = ["Ada", "x" * 100, "sees"]
    (found,) = made.links([WordPair(source, source)], SimalignMatcher("inter"), "word")
    assert [(link.source, link.target) for link in found] == [(0, 0), (1, 1), (2, 2)]


def test_similarities_of_words_are_the_highest_of_their_subwords(plain: EncoderEngine) -> None:
    (values,) = plain.similarities(PAIRS[:1], cosines)
    (links,) = plain.links(PAIRS[:1], SimalignMatcher("fwd"))
    assert values.dtype == np.float32
    assert values.max() <= 1.0001
    best = set(zip(*np.unravel_index([values.argmax()], values.shape), strict=True))
    assert best <= {link[:2] for link in links}


def test_memory_that_is_short_halves_the_batch(links: list[Any]) -> None:
    made = _engine()
    sizes = []

    def hook(_: Any, args: Any, kwargs: dict[str, Any]) -> None:
        sizes.append(len(kwargs["input_ids"]))
        if sizes[-1] > 3:
            raise torch.OutOfMemoryError("out of memory")

    handle = made.replicas[0].encoder.model.register_forward_pre_hook(hook, with_kwargs=True)
    _same(made.links(PAIRS, MATCHER), links)
    assert max(sizes) > 3
    assert {1, 2, 3} & set(sizes)
    handle.remove()

    def never(*_: Any) -> None:
        raise torch.OutOfMemoryError("out of memory")

    made.replicas[0].encoder.model.register_forward_pre_hook(never)
    with pytest.raises(ConfigError, match=r"no memory for one sequence of .*align\.window"):
        made.links(PAIRS[:2], MATCHER)


def test_numbers_that_overflow_are_an_error() -> None:
    made = _engine(window=400)  # as no other engine has it, which would share the weights
    made.replicas[0].encoder.used_layers[0].output.LayerNorm.weight.fill_(float("inf"))
    with pytest.raises(ConfigError, match=r"not finite.*align\.dtype"):
        made.links(PAIRS[:2], MATCHER)


@pytest.mark.parametrize("dtype", ["bfloat16", "int8"])
def test_cheaper_arithmetic_gives_nearly_the_same(links: list[Any], dtype: str) -> None:
    found = _engine(dtype=dtype).links(PAIRS, MATCHER)
    ours = {(place, *link[:2]) for place, pair in enumerate(found) for link in pair}
    real = {(place, *link[:2]) for place, pair in enumerate(links) for link in pair}
    assert len(ours & real) > 0.9 * len(ours | real)


def test_int8_does_not_depend_on_batches() -> None:
    found = [_engine(dtype="int8", batch_tokens=size).links(PAIRS, MATCHER) for size in (60, 4000)]
    _same(*found)


def test_an_engine_that_was_not_set_up() -> None:
    made = EncoderEngine(EncoderSettings(model=str(encoder("bert"))), user="aligner 'test'")
    with pytest.raises(ConfigError, match="aligner 'test' was not set up"):
        made.links(PAIRS, MATCHER)
