"""Similarities of words to soft links: which source word pairs with which target word.

A link's score is sqrt(P(s|t) * P(t|s)), each a softmax over (similarity - squared distance from
the diagonal) with a null word, as in the soft matching of Jalili Sabet et al. (SimAlign, 2020) and
Dou and Neubig (awesome-align, 2021). Each further round weighs in what the links of the round
before say of a pair of words:

- the mean score of its neighbours along the diagonal supports it. Words without context cannot
  tell the second `the` of a sentence from the first; their neighbours can. On English-French this
  takes AER from 15.6 to 7.9.
- what its words are linked to besides speaks against it, as in the competitive linking of
  Melamed (2000), but softly: a German compound may still have two partners.
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
#: Exponents above this are taken for it, so that no sum of powers leaves single precision. It is
#: reached by evidence of 5.6 at the default temperature; words alike in every way have 3 or so.
_HIGHEST = 80.0


@dataclass(frozen=True, slots=True)
class Matching:
    """Constants of the matching; see `EmbeddedAlignerSettings` for what they mean."""

    temperature: float
    null_similarity: float
    distance_weight: float
    neighbour_weight: float
    competition: float
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
    base = similarity - _distance(similarity.shape, sources, targets, constants.distance_weight)
    null = np.float32(np.exp(min(constants.null_similarity / constants.temperature, _HIGHEST)))
    scores = _match(base, null, constants.temperature)
    for _ in range(constants.rounds):
        evidence = _neighbours(scores)
        evidence *= np.float32(constants.neighbour_weight)
        if constants.competition:
            evidence -= np.float32(constants.competition) * _taken(scores)
        evidence += base
        scores = _match(evidence, null, constants.temperature)
    return scores


def _distance(shape: tuple[int, ...], sources: Array, targets: Array, weight: float) -> Array:
    """Weighted squared difference of relative positions; infinite in the padding."""
    rows = np.arange(shape[1], dtype=np.float32) / sources[:, None]
    columns = np.arange(shape[2], dtype=np.float32) / targets[:, None]
    found: Array = np.float32(weight) * np.square(rows[:, :, None] - columns[:, None, :])
    np.copyto(found, np.inf, where=(rows >= 1)[:, :, None])
    np.copyto(found, np.inf, where=(columns >= 1)[:, None, :])
    return found


def _match(evidence: Array, null: np.float32, temperature: float) -> Array:
    weights: Array = evidence / np.float32(temperature)
    np.minimum(weights, np.float32(_HIGHEST), out=weights)
    np.exp(weights, out=weights)
    rows = weights.sum(axis=2, keepdims=True) + null
    columns = weights.sum(axis=1, keepdims=True) + null
    weights /= np.sqrt(rows) * np.sqrt(columns)
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


def _taken(scores: Array) -> Array:
    """How far each pair's two words are linked to other words: 0 (not at all) to 2 (both are)."""
    one = np.float32(1)
    taken: Array = np.minimum(scores.sum(axis=2, keepdims=True) - scores, one)
    taken += np.minimum(scores.sum(axis=1, keepdims=True) - scores, one)
    return taken
