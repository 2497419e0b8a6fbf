"""The languages' means: learnt once, the same however they are batched, and taken away."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from spanferry.aligners.base import CorpusAligner, SimilarityAligner, WordPair
from spanferry.aligners.simalign import SimalignAligner, SimalignSettings
from spanferry.data.errors import ConfigError
from tests.models.encoders import encoder, word_pairs

PAIRS = [WordPair(source, target) for source, target in word_pairs(30)]


def _aligner(**settings: Any) -> SimalignAligner:
    made = SimalignAligner(
        SimalignSettings.model_validate(
            {"model": str(encoder("bert")), "layer": 3, "method": "inter", **settings}
        )
    )
    made.setup()
    return made


def test_the_mean_is_that_of_all_units_and_is_taken_away(tmp_path: Path) -> None:
    aligner = _aligner(center=True, center_pairs=20)
    assert aligner.corpus_pairs == 20
    aligner.prepare(iter(PAIRS), tmp_path)
    aligner.load(tmp_path)
    means = aligner.engine.means
    assert means is not None
    vectors: tuple[list[Any], list[Any]] = ([], [])

    def work(replica: Any, chunk: Any) -> None:
        table, units = replica.vectors(chunk, "bpe")
        for place, *texts in zip(chunk.places, chunk.sources, chunk.targets, strict=True):
            for side, text in enumerate(texts):
                if place < 20:
                    rows = slice(units.starts[text], units.starts[text + 1])
                    vectors[side].append(table[rows].numpy())

    list(aligner.engine.run(PAIRS, work))
    for side in (0, 1):
        expected = np.concatenate(vectors[side])
        assert means[side] == pytest.approx(expected.mean(axis=0), abs=1e-5)

    (shown,) = aligner.similarities([PAIRS[25]])
    assert shown.shape == (len(PAIRS[25].source), len(PAIRS[25].target))
    plain = _aligner()
    assert np.abs(shown - plain.similarities([PAIRS[25]])[0]).max() > 0.05
    assert aligner.align(PAIRS) != plain.align(PAIRS)


def test_what_is_learnt_does_not_depend_on_batches_and_is_the_same_bytes(tmp_path: Path) -> None:
    files = []
    for name, size in (("a", 60), ("b", 5000), ("c", 5000)):
        (tmp_path / name).mkdir()
        aligner = _aligner(center=True, null_align=0.8, batch_tokens=size)
        aligner.prepare(PAIRS, tmp_path / name)
        files.append(tmp_path / name / "learnt.npz")
    assert files[1].read_bytes() == files[2].read_bytes()
    with np.load(files[0]) as one, np.load(files[1]) as other:
        assert sorted(one) == ["max_entropy", "source_mean", "target_mean"]
        for key in one:
            assert one[key] == pytest.approx(other[key], abs=1e-5)


def test_linking_without_what_is_to_be_learnt_is_an_error(tmp_path: Path) -> None:
    for settings in ({"center": True}, {"null_align": 0.9}):
        aligner = _aligner(**settings)
        with pytest.raises(ConfigError, match=r"align\.center"):
            aligner.align(PAIRS)
        with pytest.raises(ConfigError, match=r"cannot read what it learnt"):
            aligner.load(tmp_path)
    plain = _aligner()
    assert plain.corpus_pairs == 0
    plain.align(PAIRS[:1])


def test_what_another_aligner_learnt_is_an_error(tmp_path: Path) -> None:
    aligner = _aligner(null_align=0.9)
    aligner.prepare(PAIRS, tmp_path)
    with pytest.raises(ConfigError, match="no means of 48 numbers"):
        _aligner(center=True).load(tmp_path)
    (tmp_path / "learnt.npz").write_bytes(b"PK\x03\x04 cut")
    with pytest.raises(ConfigError, match="cannot read what it learnt"):
        aligner.load(tmp_path)


def test_an_empty_corpus_has_no_mean(tmp_path: Path) -> None:
    aligner = _aligner(center=True, null_align=0.5)
    aligner.prepare([], tmp_path)
    aligner.load(tmp_path)
    assert aligner.align(PAIRS[:3]) == _aligner().align(PAIRS[:3])


def test_the_protocols() -> None:
    aligner = _aligner()
    assert isinstance(aligner, CorpusAligner)
    assert isinstance(aligner, SimilarityAligner)
