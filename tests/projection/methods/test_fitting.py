"""Weights of confidences: those that made the data are found again; places are recorded."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from scipy.optimize import minimize

from spanferry.data.errors import ConfigError
from spanferry.projection.methods.confidence import Confidence, features
from spanferry.projection.methods.fitting import (
    Example,
    cross_validated,
    fit,
    known_weights,
    recorded,
    write_weights,
)
from spanferry.projection.methods.proposals import Proposal
from spanferry.projection.reliability import reliability
from tests.projection.cases import pair
from tests.projection.methods.test_proposals import linked

TRUE = {"bias": -1.0, "score": 2.0, "inside": -1.5}


def drawn(count: int, seed: int = 0) -> list[Example]:
    """Places that are right with the probability that `TRUE` says."""
    generator = np.random.default_rng(seed)
    found = []
    for group in range(count):
        values = {"bias": 1.0, "score": float(generator.normal()), "inside": generator.random()}
        total = sum(weight * values[name] for name, weight in TRUE.items())
        right = bool(generator.random() < 1 / (1 + np.exp(-total)))
        found.append(Example(group, {**values, "alone": 0.0}, right))
    return found


def test_known_weights_are_found_again() -> None:
    found = fit(drawn(20_000))
    assert found.keys() == TRUE.keys()  # `alone` is the same everywhere
    assert found == pytest.approx(TRUE, abs=0.15)


def test_it_is_the_least_of_the_penalised_loss() -> None:
    examples = drawn(200)
    names = ["bias", "score", "inside"]
    matrix = np.array([[e.values[name] for name in names] for e in examples])
    spread = np.array([1.0, matrix[:, 1].std(), matrix[:, 2].std()])
    signs = np.array([1.0 if e.right else -1.0 for e in examples])

    def loss(weights: np.ndarray) -> float:
        margins = signs * (matrix / spread @ weights)
        return float(np.logaddexp(0, -margins).sum() + 3.0 * weights @ weights / 2)

    other = minimize(loss, np.zeros(3), method="BFGS", options={"gtol": 1e-8}).x / spread
    found = fit(examples, penalty=3.0)
    assert [found[name] for name in names] == pytest.approx(other, abs=2e-4)


def test_what_can_be_told_apart_gets_no_endless_weights() -> None:
    examples = [Example(k, {"bias": 1.0, "score": k - 50.0}, k >= 50) for k in range(100)]
    found = fit(examples)
    assert np.isfinite(list(found.values())).all()
    assert 0 < found["score"] < 10
    with pytest.raises(ValueError, match="no examples"):
        fit([])


def test_cross_validation_calibrates_texts_that_the_fit_has_not_seen() -> None:
    examples = drawn(3_000, seed=1)
    right = [example.right for example in examples]
    said = cross_validated(examples)
    assert reliability(said, right).error < 0.03
    wrong = Confidence({"score": 5.0}, "")
    assert reliability([wrong.probability(e.values) for e in examples], right).error > 0.15
    # a text is never measured with weights that know it
    changed = [replace(e, right=not e.right) if e.group % 5 == 2 else e for e in examples]
    again = cross_validated(changed)
    assert [s for s, e in zip(said, examples, strict=True) if e.group % 5 == 2] == [
        s for s, e in zip(again, examples, strict=True) if e.group % 5 == 2
    ]


def test_a_recording_knows_the_features_of_the_places_that_were_taken() -> None:
    method = linked(min_confidence=0.999)
    item = pair("[Ada] saw [Bob]", "Ada vio a Bob", "0-0 1-1 2-2:0.3 2-3:0.4")
    assert len(method.project([item])[0].missing) == 2  # doubtful
    copied, recording = recorded(method)
    (projection,) = copied.project([item])
    assert not projection.missing  # doubtful ones are kept
    first, second = item.spans
    placed = projection.spans[0]
    # Ada has one place twice, as a word and as all words: the better one is kept
    values = recording.values(item, first)
    assert values is not None
    assert values["alone"] == 1.0
    assert placed.score == pytest.approx(recording.probability(values))
    assert recording.values(item, replace(second, start=0)) is None
    assert recording.values(replace(item), second) is None  # another input
    assert values.keys() == features(item, first, [Proposal(0, 3, 0.9)], 0).keys()
    assert method.settings.min_confidence == 0.999  # the method itself is as it was


def test_files_keep_the_weights_of_other_methods(tmp_path: Path) -> None:
    path = tmp_path / "weights.json"
    assert known_weights(path) == {}
    write_weights({"linked": {"bias": 0.5}}, path)
    assert Confidence.of("linked", str(path)).weights == {"bias": 0.5}
    write_weights({"other": {"score": 1.0}}, path)
    write_weights({"linked": {"bias": 0.25}}, path)
    assert json.loads(path.read_text("utf-8")) == {
        "methods": {"linked": {"bias": 0.25}, "other": {"score": 1.0}}
    }
    assert Confidence.of("linked", str(path)).weights == {"bias": 0.25}
    assert linked(confidence=str(path)).info.revision != linked().info.revision


def test_other_files_are_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "weights.json"
    path.write_text('{"weights": {}}', "utf-8")
    for place in (path, tmp_path):
        with pytest.raises(ConfigError, match="--fit-confidence: "):
            write_weights({"linked": {"bias": 0.5}}, place)
    assert path.read_text("utf-8") == '{"weights": {}}'


def test_a_feature_that_hardly_varies_gets_no_great_weight() -> None:
    def same(spread: float) -> float:
        values = [0.9 + spread * (k % 2) for k in range(200)]
        examples = [
            Example(k, {"bias": 1.0, "best": value}, (k % 2 == 1) ^ (k % 10 == 0))
            for k, value in enumerate(values)
        ]
        return fit(examples)["best"]

    assert same(0.001) < same(0.02) < 10
    assert same(1.0) > 1
