"""Scores of word links against hand-made ones: alignment error rate, precision and recall."""

from __future__ import annotations

from collections.abc import Iterable, Set
from dataclasses import dataclass

Pairs = Set[tuple[int, int]]


@dataclass(frozen=True, slots=True)
class AlignmentScores:
    """Shares between 0 and 1.

    Args:
        aer: alignment error rate, the lower the better.
        precision: share of the predicted links that are possible ones.
        recall: share of the sure links that were predicted.
        pairs: number of sentence pairs.
    """

    aer: float
    precision: float
    recall: float
    pairs: int


def score_links(cases: Iterable[tuple[Pairs, Pairs, Pairs]]) -> AlignmentScores:
    """Score predicted links as in Och and Ney (2003), summed over all sentence pairs.

    Args:
        cases: for each sentence pair its sure links, its possible links (with or without the sure
            ones) and the predicted links.

    >>> score_links([({(0, 0)}, {(1, 1)}, {(0, 0), (1, 1), (1, 0)})]).aer
    0.25
    """
    hits_sure = hits_possible = predicted = sure_total = pairs = 0
    for sure, possible, found in cases:
        pairs += 1
        hits_sure += len(found & sure)
        hits_possible += len(found & (sure | possible))
        predicted += len(found)
        sure_total += len(sure)
    either = predicted + sure_total
    return AlignmentScores(
        aer=1 - (hits_sure + hits_possible) / either if either else 0.0,
        precision=hits_possible / predicted if predicted else 0.0,
        recall=hits_sure / sure_total if sure_total else 0.0,
        pairs=pairs,
    )
