"""Matching as such: similarities in, scores out."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pytest

from spanferry.aligners.embedded.matching import NEIGHBOURS, Matching, soft_links

PLAIN = Matching(
    temperature=0.07,
    null_similarity=0.33,
    distance_weight=0.4,
    neighbour_weight=0.75,
    competition=0.05,
    rounds=2,
)


def match(
    similarity: npt.ArrayLike, constants: Matching = PLAIN, padding: int = 0
) -> npt.NDArray[np.float32]:
    values = np.asarray(similarity, dtype=np.float32)
    rows, columns = values.shape
    padded = np.full((1, rows + padding, columns + padding), 0.9, dtype=np.float32)
    padded[0, :rows, :columns] = values
    size = [np.array([side], dtype=np.float32) for side in (rows, columns)]
    found: npt.NDArray[np.float32] = soft_links(padded, size[0], size[1], constants)[0]
    return found


def test_neighbour_weights_sum_to_one() -> None:
    assert sum(weight for _, _, weight in NEIGHBOURS) == pytest.approx(1)


def test_padding_has_no_links_and_no_influence() -> None:
    similarity = [[0.9, 0.1, 0.2], [0.1, 0.8, 0.1]]
    padded = match(similarity, padding=5)
    assert (padded[2:] == 0).all()
    assert (padded[:, 3:] == 0).all()
    assert padded[:2, :3] == pytest.approx(match(similarity), abs=1e-6)


def test_scores_lie_between_zero_and_one() -> None:
    scores = match(np.random.default_rng(1).uniform(-1, 1, (20, 30)))
    assert scores.min() >= 0
    assert scores.max() <= 1


def test_a_word_may_have_no_partner() -> None:
    scores = match([[0.9, 0.1], [0.1, 0.1]], replace(PLAIN, neighbour_weight=0.0, rounds=0))
    assert scores[0, 0] > 0.9
    assert scores[1].max() < 0.1


def test_equal_words_go_to_the_nearer_place_then_to_the_better_neighbours() -> None:
    # source: A the B the C; target: the A the B C. Both `the` are alike; A and B tell them apart.
    same = [("A", 1), ("the", 0), ("B", 3), ("the", 2), ("C", 4)]
    names = ["the", "A", "the", "B", "C"]
    similarity = [[0.9 if word == other else 0.0 for other in names] for word, _ in same]
    without = match(similarity, replace(PLAIN, distance_weight=0.0, rounds=0))
    assert without[1, 0] == pytest.approx(without[1, 2])
    scores = match(similarity)
    assert scores[3, 2] > 2 * scores[3, 0]


def test_without_distance_the_padding_still_has_no_links() -> None:
    plain = replace(PLAIN, distance_weight=0.0)
    scores = match([[0.9, 0.1], [0.1, 0.8]], plain, padding=3)
    assert (scores[2:] == 0).all()
    assert (scores[:, 2:] == 0).all()
    assert scores[0, 0] > 0.9


def test_a_word_that_is_linked_elsewhere_is_less_available() -> None:
    # the second source word is a little like the partner of the first
    similarity = [[0.9, 0.0, 0.0], [0.6, 0.0, 0.0], [0.0, 0.0, 0.9]]
    free = match(similarity, replace(PLAIN, competition=0.0))
    fought = match(similarity, replace(PLAIN, competition=0.3))
    assert fought[1, 0] < 0.7 * free[1, 0]
    assert fought[0, 0] > 0.9 * free[0, 0]
    assert fought[2, 2] == pytest.approx(free[2, 2], abs=0.02)


@pytest.mark.parametrize("temperature", [0.011, 0.07, 1.0])
@pytest.mark.parametrize("scale", [1.0, 3.0])
@pytest.mark.filterwarnings("error")
def test_no_similarity_is_too_high_for_single_precision(temperature: float, scale: float) -> None:
    similarity = scale * np.random.default_rng(2).uniform(0, 1, (150, 140))
    scores = match(similarity, replace(PLAIN, temperature=temperature))
    assert np.isfinite(scores).all()
    assert scores.min() >= 0
    assert scores.max() <= 1 + 1e-5
