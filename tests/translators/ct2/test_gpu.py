"""The same model on a GPU; skipped where there is none."""

from __future__ import annotations

import ctranslate2
import pytest
from sacrebleu import corpus_bleu

from tests.models.language import split
from tests.translators.ct2.conftest import Make

pytestmark = [
    pytest.mark.gpu,
    pytest.mark.skipif(ctranslate2.get_cuda_device_count() == 0, reason="no CUDA device here"),
]

HELD = split(14_000, 150)[1]
SOURCES, TARGETS = [pair.source for pair in HELD], [pair.target for pair in HELD]


@pytest.mark.parametrize("kind", ["float32", "float16", "bfloat16", "int8_float16"])
def test_every_arithmetic_translates(trained: Make, kind: str) -> None:
    if kind not in ctranslate2.get_supported_compute_types("cuda"):
        pytest.skip(f"this GPU has no {kind}")
    translator = trained(device="cuda", compute_type=kind, links=True)
    found = translator.translate(SOURCES)
    assert translator.info.source.endswith(f"{kind} on cuda")
    assert corpus_bleu([item.text or "" for item in found], [TARGETS]).score > 90


def test_single_precision_is_that_of_the_cpu(trained: Make) -> None:
    settings = {"compute_type": "float32", "beam_size": 1, "keep_items": False, "links": True}
    gpu = trained(device="cuda", **settings).translate(SOURCES)
    cpu = trained(device="cpu", **settings).translate(SOURCES)
    same = [a.text == b.text for a, b in zip(gpu, cpu, strict=True)]
    assert sum(same) >= 0.98 * len(same)
    for one, other in zip(gpu, cpu, strict=True):
        if one.text == other.text and one.score is not None and other.score is not None:
            assert one.score == pytest.approx(other.score, abs=5e-3)


def test_streams_give_the_same_translations(trained: Make) -> None:
    settings = {"device": "cuda", "compute_type": "float32", "batch_tokens": 512}
    one = trained(inter_threads=1, **settings).translate(SOURCES)
    four = trained(inter_threads=4, **settings).translate(SOURCES)
    assert [item.text for item in one] == [item.text for item in four]


def test_a_batch_beyond_the_memory_is_halved(trained: Make) -> None:
    """Beams and batch chosen so that no GPU of 160 GB or less has room for it at once."""
    translator = trained(device="cuda", beam_size=64, n_best=1, batch_tokens=50_000_000)
    many = [SOURCES[n % len(SOURCES)] for n in range(400_000)]
    found = translator._translate(many)
    assert translator._model().engine.batch_tokens < 50_000_000
    assert all(found[n].text == found[n % len(SOURCES)].text for n in range(0, len(many), 997))
