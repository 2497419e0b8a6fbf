"""Fitting: rising curves from any data, known curves found again, halves, and too few links."""

from __future__ import annotations

import random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spanferry.aligners.calibration import Calibration, calibrated, fit
from spanferry.aligners.calibration.fit import FEWEST_LINKS, SLOPE, calibrate, measure
from spanferry.aligners.evaluate import ScoredCase
from spanferry.aligners.link_files import LinkedPair
from spanferry.data.backends import BackendInfo
from spanferry.data.errors import AccountingError, ConfigError
from spanferry.data.links import Link
from tests.aligners.dice import DiceAligner

INFO = BackendInfo("embedded", "7")


def cases(scores: list[float], right: list[bool], size: int = 20) -> list[ScoredCase]:
    """Sentence pairs of twenty links each."""
    links = [Link(k % size, k % size, score) for k, score in enumerate(scores)]
    return [
        (
            frozenset((k, k) for k, yes in enumerate(right[start : start + size]) if yes),
            frozenset(),
            links[start : start + size],
        )
        for start in range(0, len(links), size)
    ]


def drawn(links: int, seed: int) -> list[ScoredCase]:
    """Scores drawn evenly, that are right as often as the square of the score says."""
    rng = random.Random(seed)
    scores = [round(rng.random(), 4) for _ in range(links)]
    return cases(scores, [rng.random() < score**2 for score in scores])


def fitted(data: list[ScoredCase]) -> Calibration:
    return fit(data, name="mine", aligner=INFO)


def test_a_known_curve_is_found_again() -> None:
    made = fitted(drawn(20_000, 1))
    grid = np.linspace(0, 1, 41)
    assert np.abs(made.apply(grid) - grid**2).max() < 0.04
    found = measure(made, drawn(20_000, 2))
    assert found.error_before > 0.15
    assert found.error_after < 0.02
    assert (made.pairs, made.links) == (1000, 20_000)
    assert made.right == sum(len(sure) for sure, _, _ in drawn(20_000, 1))
    assert (made.aligner, made.revision) == ("embedded", "7")


@settings(max_examples=30, deadline=None)
@given(
    st.integers(FEWEST_LINKS, 400),
    st.integers(0, 10**6),
    st.sampled_from([1, 2, 4, 17]),
    st.lists(st.sampled_from([0.0, 0.3, 0.5, 0.9999, 1.0]), max_size=3),
)
def test_any_data_gives_a_curve_that_rises_everywhere(
    links: int, seed: int, digits: int, often: list[float]
) -> None:
    rng = random.Random(seed)
    share = rng.choice([0.0, 0.02, 0.5, 1.0])
    scores = [rng.choice([*often, round(rng.random(), digits)]) for _ in range(links)]
    made = fitted(cases(scores, [rng.random() < share for _ in scores]))
    for (x, y), (next_x, next_y) in zip(made.knots, made.knots[1:], strict=False):
        assert next_y - y >= (next_x - x) * SLOPE * 0.98
    assert len(made.knots) <= 32
    # four digits of a score stay apart
    steps = made.apply(np.arange(0, 1.00005, 1e-4))
    assert (np.diff(steps) > 0).all()


@pytest.mark.parametrize(("share", "low", "high"), [(1.0, 0.99, 1.0), (0.0, 0.0, 0.02),
                                                    (0.9, 0.88, 0.92)])  # fmt: skip
def test_hard_links_get_their_precision(share: float, low: float, high: float) -> None:
    made = fitted(cases([1.0] * 1000, [k < 1000 * share for k in range(1000)]))
    assert low <= float(made.apply(1.0)) <= high


def test_possible_links_are_right_too() -> None:
    links = [Link(k, k, 1.0) for k in range(300)]
    cells = frozenset((k, k) for k in range(300))
    assert fitted([(frozenset(), cells, links)]).right == 300
    assert fitted([(cells, frozenset(), links)]).right == 300


def test_too_few_links_are_refused() -> None:
    with pytest.raises(ConfigError, match=r"at least 200 links .* embedded gave 199 on 10 pairs"):
        fitted(drawn(199, 1))


def gold(pairs: int) -> list[LinkedPair]:
    """Sentences of numbers, word for word; a fifth of the words have no gold link."""
    rng = random.Random(5)
    found = []
    for number in range(pairs):
        words = [str(rng.randrange(40)) for _ in range(8)]
        cells = [(k, k) for k in range(8) if rng.random() < 0.8]
        found.append(
            LinkedPair(
                str(number), "", tuple(words), tuple(f"w{word}" for word in words),
                tuple(Link(*cell) for cell in cells), languages=("en", "fr"),
            )
        )  # fmt: skip
    return found


def taught(tmp_path_factory: pytest.TempPathFactory, pairs: list[LinkedPair]) -> DiceAligner:
    from spanferry.aligners.base import WordPair

    made = DiceAligner(DiceAligner.Settings(min_score=0.1))
    folder = tmp_path_factory.mktemp("dice")
    made.prepare((WordPair(pair.source or (), pair.target or ()) for pair in pairs), folder)
    made.load(folder)
    return made


def test_half_is_fitted_and_the_other_half_measured(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    pairs = gold(200)
    aligner = taught(tmp_path_factory, pairs)
    made = calibrate(aligner, pairs, name="mine", settings={"a": 1}, fitted_on="numbers")
    assert made.held_out is not None
    assert made.pairs + made.held_out.pairs == 200
    assert 60 < made.pairs < 140
    assert made.held_out.error_after < made.held_out.error_before
    assert (made.settings, made.fitted_on, made.languages) == ({"a": 1}, "numbers", ("en", "fr"))
    # equal sentences fall into the same half; pairs without words or links count for nothing
    twice = calibrate(
        aligner, [*pairs, *pairs, LinkedPair("x", ""), LinkedPair("y", "", ("a",), ("b",),
                                                                  has_links=False)], name="mine"
    )  # fmt: skip
    assert (twice.pairs, twice.right) == (2 * made.pairs, 2 * made.right)
    # of a calibrated aligner the scores of the aligner inside
    assert calibrate(calibrated(aligner, made), pairs, name="mine").knots == made.knots


def test_results_that_are_missing_are_noticed(tmp_path_factory: pytest.TempPathFactory) -> None:
    pairs = gold(60)

    class Lossy(DiceAligner):
        def align(self, pairs):  # type: ignore[no-untyped-def]
            return super().align(pairs)[1:]

    aligner = Lossy(DiceAligner.Settings())
    aligner._scores = taught(tmp_path_factory, pairs)._scores
    with pytest.raises(AccountingError, match="dice aligned 59 of 60 pairs"):
        calibrate(aligner, pairs, name="mine")
