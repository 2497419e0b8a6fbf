"""How sure a span is."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spanferry.projection.confidence import COLUMNS, LIKENESS_COLUMNS, inputs, probability
from spanferry.projection.ranking import Links, ranking

MODELS = [(links, likeness) for links in ("any", "embedded") for likeness in (False, True)]
logs = st.floats(-40, 0)


def columns(likeness: bool) -> dict[str, np.ndarray]:
    names = {"evidence", *COLUMNS, *(LIKENESS_COLUMNS if likeness else ())}
    return {name: np.array([0.5, 0.25, 0.0]) for name in names}


@pytest.mark.parametrize(("links", "likeness"), MODELS)
@given(one=logs, other=logs)
def test_it_rises_with_the_probability_of_the_ranking(
    links: Links, likeness: bool, one: float, other: float
) -> None:
    weights = ranking(links, likeness=likeness).confidence
    of = columns(likeness)
    low, high = (probability(weights, inputs(log, of, 0)) for log in sorted((one, other)))
    assert 0 < low <= high < 1


@pytest.mark.parametrize(("links", "likeness"), MODELS)
def test_weights_say_what_they_should(links: Links, likeness: bool) -> None:
    weights = ranking(links, likeness=likeness).confidence
    assert weights["odds"] > 0
    of = columns(likeness)
    sure, unsure = (probability(weights, inputs(math.log(p), of, 0)) for p in (0.999, 0.3))
    assert sure > unsure + 0.2


def test_inputs_are_those_of_the_chosen_candidate() -> None:
    found = inputs(math.log(0.5), columns(False), 1)
    assert found["odds"] == pytest.approx(0)
    assert found["recall"] == 0.25
    assert found["few_options"] == pytest.approx(1 / 3)
    assert "phrase" not in found


@pytest.mark.parametrize("log", [0.0, 1e-12, -1e-12, -1000.0])
def test_the_ends_are_finite(log: float) -> None:
    for size in (1, 1000):
        weights = {"odds": float(size), "bias": 1.0}
        assert 0 < probability(weights, inputs(log, columns(False), 0)) < 1
