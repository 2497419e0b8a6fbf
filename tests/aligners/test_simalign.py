"""The aligner `simalign`: its methods by their definitions, null words, confidences, settings."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError
from scipy.stats import entropy

from spanferry.aligners.base import WordPair
from spanferry.aligners.matchers.base import VectorBatch
from spanferry.aligners.matchers.simalign import (
    SimalignMatcher,
    cells,
    confidences,
    entropies,
    find_links,
    similarities,
)
from spanferry.aligners.simalign import SimalignAligner, SimalignSettings
from spanferry.data.errors import ConfigError
from tests.models.encoders import encoder, word_pairs

PAIRS = [WordPair(source, target) for source, target in word_pairs(40)]
METHODS: list[Any] = ["inter", "itermax", "mwmf", "fwd", "rev"]
_sizes = st.lists(st.tuples(st.integers(1, 7), st.integers(1, 7)), min_size=1, max_size=4)


def _batch(sizes: list[tuple[int, int]], seed: int) -> VectorBatch:
    """Random vectors, padded to more than the longest."""
    torch.manual_seed(seed)
    sides = []
    for side in (0, 1):
        counts = torch.tensor([size[side] for size in sizes])
        vectors = torch.randn(len(sizes), int(counts.max()) + 2, 6)
        vectors *= (torch.arange(vectors.shape[1]) < counts[:, None])[..., None]
        sides.append((vectors, counts))
    return VectorBatch(sides[0][0], sides[1][0], sides[0][1], sides[1][1])


@settings(max_examples=40, deadline=None)
@given(_sizes, st.integers(0, 99), st.sampled_from(METHODS), st.sampled_from([0.0, 0.7]))
def test_links_of_a_batch_are_those_of_each_pair_alone(
    sizes: list[tuple[int, int]], seed: int, method: Any, distortion: float
) -> None:
    batch = _batch(sizes, seed)
    matcher = SimalignMatcher(method, distortion, 0.98)
    scores = matcher(batch)
    for number, (source, target) in enumerate(sizes):
        alone = matcher(
            VectorBatch(
                batch.source[number : number + 1, :source],
                batch.target[number : number + 1, :target],
                batch.sources[number : number + 1],
                batch.targets[number : number + 1],
            )
        )
        inner = scores[number, :source, :target]
        assert torch.equal(inner > 0, alone[0] > 0)
        assert torch.allclose(inner, alone[0], atol=1e-5)
        assert scores[number].count_nonzero() == inner.count_nonzero()  # none in the padding
        assert float(inner.min()) >= 0
        assert float(inner.max()) <= 1.000001


@settings(max_examples=40, deadline=None)
@given(_sizes, st.integers(0, 99))
def test_what_the_methods_have_in_common(sizes: list[tuple[int, int]], seed: int) -> None:
    batch = _batch(sizes, seed)
    similarity, there = similarities(batch), cells(batch)
    found = {method: find_links(method, similarity, there, batch) for method in METHODS}
    assert torch.equal(found["inter"], found["fwd"] & found["rev"])
    assert not (found["inter"] & ~found["itermax"]).any()
    for number, (source, target) in enumerate(sizes):
        inner = similarity[number, :source, :target]
        assert found["fwd"][number].sum(1)[:source].tolist() == [1] * source
        assert found["rev"][number].sum(0)[:target].tolist() == [1] * target
        matched = found["mwmf"][number]
        assert int(matched.sum()) == min(source, target)
        assert int(matched.sum(0).max()) <= 1
        assert int(matched.sum(1).max()) <= 1
        mutual = found["inter"][number, :source, :target]
        assert float(inner[mutual].sum()) <= float(similarity[number][matched].sum()) + 1e-5


def test_entropies_are_the_lesser_of_both_sides() -> None:
    batch = _batch([(3, 5), (6, 4), (2, 6)], 1)
    similarity, there = similarities(batch), cells(batch)
    found = entropies(similarity, there, batch)
    for number, (source, target) in enumerate([(3, 5), (6, 4)]):
        values = similarity[number, :source, :target].double().numpy()
        rows = entropy(values, axis=1)[:, None] / np.log(target)
        columns = entropy(values, axis=0)[None, :] / np.log(source)
        expected = np.minimum(rows, columns)
        assert found[number, :source, :target].numpy() == pytest.approx(expected, abs=1e-9)
    assert not found[2].any()  # too short to say


def test_null_align_keeps_a_share_of_the_links(tmp_path: Path) -> None:
    base = SimalignSettings(model=str(encoder("bert")), layer=3, method="inter", token_type="word")
    plain = SimalignAligner(base)
    plain.setup()
    every = plain.align(PAIRS)
    kept = []
    for share in (0.9, 0.5):
        aligner = SimalignAligner(base.model_copy(update={"null_align": share}))
        aligner.setup()
        folder = tmp_path / str(share)
        folder.mkdir()
        aligner.prepare(PAIRS, folder)
        aligner.load(folder)
        found = aligner.align(PAIRS)
        for less, more in zip(found, every, strict=True):
            assert set(less) <= set(more)
        kept.append(sum(map(len, found)) / sum(map(len, every)))
    assert kept == pytest.approx([0.9, 0.5], abs=0.02)


def test_confidence_says_how_far_away_the_rivals_are() -> None:
    """A row with one good partner, one with two, and a pair that nothing else competes with."""
    similarity = torch.tensor([[[0.9, 0.2, 0.2], [0.2, 0.8, 0.2], [0.2, 0.8, 0.2]]])
    there = torch.ones_like(similarity, dtype=torch.bool)
    (found,) = confidences(similarity, there)
    assert found[0, 0] > 0.99
    assert found[1, 1] == pytest.approx(0.5**0.5, abs=0.01)
    assert 0 < found[0, 1] < 0.01
    lone = confidences(torch.tensor([[[0.3]]]), torch.ones(1, 1, 1, dtype=torch.bool))
    assert lone.item() == 1.0
    # the scale of the similarities does not count
    assert torch.allclose(confidences(similarity / 10 + 0.5, there)[0], found, atol=1e-4)


@pytest.mark.parametrize("method", METHODS)
def test_no_link_has_the_score_zero(method: Any) -> None:
    aligner = SimalignAligner(SimalignSettings(model=str(encoder("xlmr")), layer=1, method=method))
    aligner.setup()
    found = aligner.align(PAIRS)
    assert all(0 < link.score <= 1 for pair in found for link in pair)
    assert all(list(pair) == sorted(pair) for pair in found)


def test_info_is_cheap_and_tells_models_and_paths_apart() -> None:
    base = SimalignSettings(model=str(encoder("bert")))
    infos = [
        SimalignAligner(base.model_copy(update=update)).info
        for update in ({}, {"engine": "reference"}, {"model": str(encoder("xlmr"))})
    ]
    assert len({info.revision for info in infos}) == 3
    assert {info.name for info in infos} == {"simalign"}
    assert infos[0].source == "bert"


def test_what_the_package_cannot_do() -> None:
    for wrong in ({"dtype": "bfloat16"}, {"center": True}, {"null_align": 0.9}):
        with pytest.raises(ValidationError, match="engine: reference cannot do"):
            SimalignSettings.model_validate({"engine": "reference", **wrong})


def test_errors_of_settings(tmp_path: Path) -> None:
    with pytest.raises(ValidationError, match="method"):
        SimalignSettings.model_validate({"method": "best"})
    with pytest.raises(ConfigError, match=r"align\.model: .* holds no transformers checkpoint"):
        SimalignAligner(SimalignSettings(model=str(tmp_path))).setup()
    for engine in ("batched", "reference"):
        given_settings = SimalignSettings.model_validate(
            {"model": str(encoder("bert")), "layer": 9, "engine": engine}
        )
        with pytest.raises(ConfigError, match=r"align\.layer: 9, but the model has 4 layers"):
            SimalignAligner(given_settings).setup()


def test_similarities_show_what_the_method_decides_from() -> None:
    base = SimalignSettings(
        model=str(encoder("bert")), layer=3, method="fwd", token_type="word", distortion=0.5
    )
    for engine in ("batched", "reference"):
        aligner = SimalignAligner(base.model_copy(update={"engine": engine}))
        aligner.setup()
        (values,) = aligner.similarities(PAIRS[:1])
        (links,) = aligner.align(PAIRS[:1])
        assert [link.target for link in links] == values.argmax(axis=1).tolist()
