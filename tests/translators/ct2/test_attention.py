"""Links from attention: right in batches with beams, where CTranslate2 itself is not."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from spanferry.aligners.attention import AttentionAligner
from spanferry.aligners.base import TextPair
from spanferry.aligners.evaluate import score_links
from spanferry.translators.ct2.decoding import Decoder
from tests.models.language import Pair, split
from tests.translators.ct2.conftest import Make

HELD: list[Pair] = split(14_000, 120)[1]
TEXTS = [pair.source for pair in HELD]


def raw(translator: Any, texts: list[str], **options: Any) -> list[Any]:
    """What CTranslate2 gives for texts in one batch."""
    model = translator._model()
    jobs = sorted(translator._jobs(model, texts), key=lambda job: job.item.number)
    tokens = [list(job.item.tokens) for job in jobs]
    found = model.engine.model.translate_batch(tokens, return_attention=True, **options)
    return list(found)


def test_the_first_row_of_ctranslate2_is_still_wrong(trained: Make) -> None:
    """Fails when CTranslate2 is mended: then `Decoder._first_row_is_wrong` can go."""
    translator = trained(links=True, compute_type="float32")
    texts = TEXTS[:8]
    batched = raw(translator, texts, beam_size=4)
    alone = [raw(translator, [text], beam_size=4)[0] for text in texts]
    wrong = 0
    for one, many in zip(alone, batched, strict=True):
        assert one.hypotheses == many.hypotheses
        rows, others = np.array(one.attention[0]), np.array(many.attention[0])
        others = others[:, : rows.shape[1]]
        # the rows behind the first are right
        assert np.allclose(rows[1:], others[1:], atol=1e-3)
        wrong += not np.allclose(rows[0], others[0], atol=1e-3)
    assert wrong > 0


@pytest.mark.parametrize("beams", [1, 4])
def test_links_in_a_batch_are_those_of_the_sentence_alone(trained: Make, beams: int) -> None:
    settings = {"links": True, "compute_type": "float32", "beam_size": beams}
    batched = trained(**settings).translate(TEXTS[:40])
    alone = trained(**settings, batch_tokens=1)  # one sentence a batch
    found = 0
    for one, many in zip(alone.translate(TEXTS[:40]), batched, strict=True):
        assert (one.text, one.error) == (many.text, many.error)
        if one.error:  # a few sentences of the artificial language are beyond the small model
            continue
        found += 1
        assert one.links is not None
        assert many.links is not None
        assert [link[:4] for link in one.links] == [link[:4] for link in many.links]
        first, second = ([link[4] for link in links] for links in (one.links, many.links))
        assert np.allclose(first, second, atol=2e-3)
    assert found > 35


def test_a_language_token_at_the_front_needs_no_second_call(of_family: Make) -> None:
    translator = of_family("nllb", links=True, compute_type="float32")
    model = translator._model()
    decoder = translator._decoder(model)
    assert isinstance(decoder, Decoder)
    assert not decoder._first_row_is_wrong(8)
    texts = TEXTS[:6]
    prefix: list[list[str] | None] = [["por_Latn"]] * len(texts)
    options: dict[str, Any] = {"beam_size": 4, "max_decoding_length": 12}
    batched = raw(translator, texts, target_prefix=prefix, **options)
    for text, many in zip(texts, batched, strict=True):
        one = raw(translator, [text], target_prefix=[["por_Latn"]], **options)[0]
        rows, others = np.array(one.attention[0]), np.array(many.attention[0])
        assert one.hypotheses == many.hypotheses
        assert one.hypotheses[0][0] == "por_Latn"
        assert np.allclose(rows[1:], others[1:, : rows.shape[1]], atol=1e-3)


def test_links_mean_something(trained: Make) -> None:
    """Word links of held-out sentences against those that the generator of the language knows."""
    pairs = []
    gold: list[set[tuple[int, int]]] = []
    for pair, found in zip(HELD, trained(links=True).translate(TEXTS), strict=True):
        if found.text != pair.target:
            continue
        words = [tuple((w.start, w.end) for w in side) for side in
                 (pair.source_words, pair.target_words)]  # fmt: skip
        pairs.append(TextPair(pair.source, words[0], pair.target, words[1], (), found.links))
        gold.append(set(pair.links))
    assert len(pairs) > 80
    aligner = AttentionAligner(source_language="en", target_language="qaa")
    linked = [{(a, b) for a, b, _ in links} for links in aligner.align_texts(pairs)]
    assert score_links(zip(gold, gold, linked, strict=True)).aer < 0.1


def test_links_stay_within_both_texts(trained: Make) -> None:
    for text, found in zip(TEXTS, trained(links=True).translate(TEXTS), strict=True):
        for start, end, first, last, score in found.links or ():
            assert 0 <= start < end <= len(text)
            assert 0 <= first < last <= len(found.text or "")
            assert text[start:end].strip() == text[start:end]
            assert 0 < score <= 1


def test_no_links_unless_asked_for(trained: Make, tmp_path: Path) -> None:
    assert all(found.links is None for found in trained().translate(TEXTS[:3]))
