"""Matching as such: similarities in, scores out."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest

from spanferry.aligners.matching import NEIGHBOURS, Matching, soft_links

PLAIN = Matching(
    temperature=0.07, null_similarity=0.35, distance_weight=0.5, neighbour_weight=0.8, rounds=2
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
    scores = match([[0.9, 0.1], [0.1, 0.1]], Matching(0.07, 0.35, 0.5, 0.0, 0))
    assert scores[0, 0] > 0.9
    assert scores[1].max() < 0.1


def test_equal_words_go_to_the_nearer_place_then_to_the_better_neighbours() -> None:
    # source: A the B the C; target: the A the B C. Both `the` are alike; A and B tell them apart.
    same = [("A", 1), ("the", 0), ("B", 3), ("the", 2), ("C", 4)]
    names = ["the", "A", "the", "B", "C"]
    similarity = [[0.9 if word == other else 0.0 for other in names] for word, _ in same]
    without = match(similarity, Matching(0.07, 0.35, 0.0, 0.8, 0))
    assert without[1, 0] == pytest.approx(without[1, 2])
    scores = match(similarity)
    assert scores[3, 2] > 2 * scores[3, 0]
