"""Fits the weights of a method's confidence to places that are known to be right or wrong.

Logistic regression with a quadratic penalty, solved by iteratively reweighted least squares
(Newton's method; Hastie, Tibshirani and Friedman, The Elements of Statistical Learning, 4.4.1).
Features are divided by their standard deviations before, so that the penalty treats all alike.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Protocol, Self, TypeVar, runtime_checkable

import numpy as np
import numpy.typing as npt

from spanferry.data.errors import ConfigError
from spanferry.data.files import write_text
from spanferry.data.records import Span
from spanferry.projection.base import Projection, ProjectionInput
from spanferry.projection.methods.confidence import Confidence, features, read_weights
from spanferry.projection.methods.proposals import Proposal

Floats = npt.NDArray[np.float64]

#: Parts of the cross-validation.
FOLDS = 5
#: Precision of the prior of each weight, for features of standard deviation 1.
PENALTY = 1.0
#: Places that a fit needs at least, of which some must be right and some wrong.
LEAST = 30
#: A feature that varies less counts as one that varies so much: on other texts it may be far from
#: what it was here, and a great weight would then decide alone.
LEAST_SPREAD = 0.1
_ITERATIONS = 100
_CLOSE = 1e-8


F = TypeVar("F", bound="Fittable")


@dataclass(frozen=True, slots=True)
class Example:
    """A place that a method took.

    Args:
        group: number of its text; texts are not torn apart in cross-validation.
        values: its features, see `confidence.features`.
        right: whether it is exactly right.
    """

    group: int
    values: Mapping[str, float]
    right: bool


@runtime_checkable
class Fittable(Protocol):
    """A method whose confidence has weights: those in the frame of `proposals.py`, and others."""

    NAME: ClassVar[str]
    #: With `confidence`, the file of its weights.
    settings: Any

    def project(self, items: Sequence[ProjectionInput]) -> list[Projection]:
        """See `ProjectionMethod.project`."""
        ...

    @property
    def fitted_as(self) -> str:
        """See `ProposalMethod.fitted_as`."""
        ...

    def recording(self, confidence: Confidence) -> Self:
        """See `ProposalMethod.recording`."""
        ...


class Recording(Confidence):
    """A confidence that remembers what it was asked.

    Args:
        other: the weights that it goes by.
    """

    def __init__(self, other: Confidence) -> None:
        super().__init__(other.weights, other.revision)
        self._seen: dict[tuple[int, str, int, int], dict[str, float]] = {}

    def of_choice(
        self, item: ProjectionInput, span: Span, options: Sequence[Proposal], chosen: int
    ) -> float:
        """See `Confidence.of_choice`."""
        values = features(item, span, options, chosen)
        self._seen[id(item), span.id, span.start, span.end] = values
        return self.probability(values)

    def values(self, item: ProjectionInput, span: Span) -> dict[str, float] | None:
        """The features of the place that a span of one range got last; None where it got none."""
        return self._seen.get((id(item), span.id, span.start, span.end))


def recorded(method: F) -> tuple[F, Recording]:
    """A copy of a method that keeps doubtful places, and what remembers their features."""
    recording = Recording(Confidence.of(method.fitted_as, method.settings.confidence))
    return method.recording(recording), recording


def fit(examples: Sequence[Example], penalty: float = PENALTY) -> dict[str, float]:
    """The weights of the greatest posterior probability, by feature.

    Features that are the same everywhere get none.

    Raises:
        ValueError: there are no examples.
    """
    names = sorted({name for example in examples for name in example.values} - {"bias"})
    if not examples:
        raise ValueError("no examples to fit weights to")
    matrix = np.array([[e.values.get(name, 0.0) for name in names] for e in examples])
    right = np.array([float(e.right) for e in examples])
    spread = matrix.std(axis=0)
    used = spread > 1e-9
    spread = np.maximum(spread, LEAST_SPREAD)
    names = [name for name, one in zip(names, used, strict=True) if one]
    scaled = np.concatenate([np.ones((len(examples), 1)), matrix[:, used] / spread[used]], axis=1)
    found = _newton(scaled, right, penalty) / np.concatenate([[1.0], spread[used]])
    return {
        name: round(float(weight), 4) for name, weight in zip(["bias", *names], found, strict=True)
    }


def _newton(matrix: Floats, right: Floats, penalty: float) -> Floats:
    """Weights that make the penalised loss least; it is convex, so there is one such point."""

    def loss(weights: Floats) -> float:
        margins = (2 * right - 1) * (matrix @ weights)
        return float(np.logaddexp(0, -margins).sum() + penalty * weights @ weights / 2)

    weights = np.zeros(matrix.shape[1])
    value = loss(weights)
    for _ in range(_ITERATIONS):
        shares = 1 / (1 + np.exp(-np.clip(matrix @ weights, -500, 500)))
        slope = matrix.T @ (shares - right) + penalty * weights
        bend = (matrix.T * (shares * (1 - shares))) @ matrix + penalty * np.eye(len(weights))
        step = np.linalg.solve(bend, slope)
        while (after := loss(weights - step)) > value + 1e-12:  # too far: half of it
            step = step / 2
            if np.abs(step).max() < _CLOSE:
                return weights
        weights, value = weights - step, after
        if np.abs(step).max() < _CLOSE:
            break
    return weights


def cross_validated(examples: Sequence[Example], penalty: float = PENALTY) -> list[float]:
    """For each example the probability that weights say which were fitted without its fifth."""
    found = [0.0] * len(examples)
    for fold in range(FOLDS):
        rest = [example for example in examples if example.group % FOLDS != fold]
        if not rest:
            raise ValueError("all examples are of the same fifth of the texts")
        model = Confidence(fit(rest, penalty), "")
        for k, example in enumerate(examples):
            if example.group % FOLDS == fold:
                found[k] = model.probability(example.values)
    return found


def known_weights(path: Path) -> dict[str, dict[str, float]]:
    """The weights that a file holds already; none where there is no file.

    Raises:
        ConfigError: it is something else.
    """
    if path.is_dir():
        raise ConfigError(f"--fit-confidence: {path} is a folder; name a JSON file")
    if not path.exists():
        return {}
    try:
        return dict(read_weights(path))
    except ConfigError as error:
        text = str(error).removeprefix("project.confidence: ")
        raise ConfigError(f"--fit-confidence: {text}") from None


def write_weights(fitted: Mapping[str, Mapping[str, float]], path: Path) -> None:
    """Write weights by method, as `Confidence` reads them; other methods in the file keep theirs.

    Raises:
        ConfigError: see `known_weights`.
    """
    methods = {**known_weights(path), **{name: dict(of) for name, of in fitted.items()}}
    write_text(json.dumps({"methods": methods}, indent=1, sort_keys=True) + "\n", path)
    read_weights.cache_clear()
