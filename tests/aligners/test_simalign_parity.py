"""Links equal to those of the package `simalign`, pair for pair, on the same random weights."""

from __future__ import annotations

from typing import Any

import pytest

from spanferry.aligners.base import WordPair
from spanferry.aligners.encoder.engine import EncoderEngine
from spanferry.aligners.matchers.simalign import Method
from spanferry.aligners.simalign import SimalignAligner, SimalignSettings
from tests.aligners.parity import compare, load_package
from tests.models.encoders import FAMILIES, encoder, word_pairs

pytest.importorskip("simalign")

LAYER = 3
METHODS: list[Method] = ["inter", "itermax", "mwmf", "fwd", "rev"]
#: Short ones: the package takes seconds for the heaviest matching of a long pair.
_SENTENCES = [
    WordPair(source, target) for source, target in word_pairs(400) if len(source + target) < 16
]
assert len(_SENTENCES) > 110
#: Sentences, some joined to longer ones, and shapes for which the package has rules of its own.
PAIRS = [
    *_SENTENCES[:92],
    *(
        WordPair([*a.source, *b.source, *c.source], [*a.target, *b.target])
        for a, b, c in zip(_SENTENCES[92:96], _SENTENCES[96:], _SENTENCES[100:], strict=False)
    ),
    WordPair(["a"], ["b"]),
    WordPair(["a"], ["b", "c", "d"]),
    WordPair(["a", "b"], ["b", "c", "d"]),
    WordPair(["a", "b", "b", "a"], ["b"]),
    WordPair(["a", "b", "b", "a", "b"], ["b", "b", "a"]),
    WordPair(["ÿ", "☃", "x"], ["☃", "ÿ", "x", "☃"]),
]
assert len(PAIRS) >= 100


@pytest.fixture(scope="module", params=sorted(FAMILIES))
def both(request: pytest.FixtureRequest) -> tuple[SimalignSettings, Any, EncoderEngine]:
    settings = SimalignSettings(model=str(encoder(request.param)), layer=LAYER, batch_tokens=700)
    engine = EncoderEngine(settings, user="test")
    engine.setup()
    return settings, load_package(settings.model, LAYER), engine


@pytest.mark.parametrize("token_type", ["bpe", "word"])
@pytest.mark.parametrize("distortion", [0.0, 0.5])
def test_links_are_those_of_the_package(
    both: tuple[SimalignSettings, Any, EncoderEngine], token_type: str, distortion: float
) -> None:
    base, package, engine = both
    settings = base.model_copy(update={"token_type": token_type, "distortion": distortion})
    pairs = PAIRS[::6] if distortion or "gemma" in settings.model else PAIRS
    for method, differences in compare(pairs, settings, package, METHODS, engine).items():
        assert not differences, method


def test_a_difference_is_explained(
    both: tuple[SimalignSettings, Any, EncoderEngine], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What parity reports of an engine that is one layer off: noise that no rounding explains."""
    settings, package, engine = both
    monkeypatch.setattr(package.embed_loader, "layer", LAYER - 1)
    found = compare(PAIRS[:20], settings, package, ["inter"], engine)["inter"]
    assert found
    assert all(item.ours or item.theirs for item in found)
    assert all(item.same_method and item.noise > 1e-3 for item in found)
    assert not any(item.is_tie for item in found)


@pytest.mark.parametrize("method", ["argmax", "itermax"])
def test_the_slow_path_is_the_package_and_gives_the_same(method: str) -> None:
    pairs = [*PAIRS[:5], WordPair(["a", "\u200b", "b"], ["b", "a"]), WordPair([], ["a"])]
    found = {}
    for engine in ("batched", "reference"):
        aligner = SimalignAligner(
            SimalignSettings.model_validate(
                {"model": str(encoder("bert")), "layer": -2, "engine": engine, "method": method}
            )
        )
        aligner.setup()
        found[engine] = [
            [(link.source, link.target) for link in links] for links in aligner.align(pairs)
        ]
    assert found["batched"] == found["reference"]
    assert found["batched"][-2]
    assert not any(1 in link[:1] for link in found["batched"][-2])
    assert found["batched"][-1] == []
