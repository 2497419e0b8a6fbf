"""Scores of word links against hand-made ones: alignment error rate, precision, recall, F1.

Gold links are sure or possible (Och and Ney 2003, "A systematic comparison of various statistical
alignment models"): a predicted link is right where a sure or a possible one stands, and only sure
ones can be missed. All shares are taken over the links of the whole corpus, not averaged by pair.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence, Set
from dataclasses import dataclass

from spanferry.aligners.base import WordPair
from spanferry.data.links import Link

Pairs = Set[tuple[int, int]]
#: A pair of word lists, its sure links, and its possible ones (with or without the sure ones).
Gold = tuple[WordPair, Pairs, Pairs]

#: Score cut-offs of `score_by_cutoff`.
CUTOFFS = tuple(tenth / 10 for tenth in range(1, 10))
#: Equally wide bins of scores in `reliability`.
BINS = 10


@dataclass(frozen=True, slots=True)
class AlignmentScores:
    """Counts over sentence pairs, and the shares (between 0 and 1) that follow from them.

    Two of them add up to those of both corpora together.

    Args:
        pairs: sentence pairs.
        predicted: predicted links.
        sure: sure gold links.
        possible: gold links that are possible; sure ones are possible too.
        found_sure: predicted links that are sure gold links.
        found_possible: predicted links that are possible gold links.
    """

    pairs: int = 0
    predicted: int = 0
    sure: int = 0
    possible: int = 0
    found_sure: int = 0
    found_possible: int = 0

    def __add__(self, other: AlignmentScores) -> AlignmentScores:
        return AlignmentScores(
            self.pairs + other.pairs,
            self.predicted + other.predicted,
            self.sure + other.sure,
            self.possible + other.possible,
            self.found_sure + other.found_sure,
            self.found_possible + other.found_possible,
        )

    @property
    def aer(self) -> float:
        """Alignment error rate, the lower the better; 0 where there are no links at all."""
        either = self.predicted + self.sure
        return 1 - (self.found_sure + self.found_possible) / either if either else 0.0

    @property
    def precision(self) -> float:
        """Share of the predicted links that are possible ones."""
        return self.found_possible / self.predicted if self.predicted else 0.0

    @property
    def recall(self) -> float:
        """Share of the sure links that were predicted."""
        return self.found_sure / self.sure if self.sure else 0.0

    @property
    def f1(self) -> float:
        """Harmonic mean of this precision and this recall, as word aligners report it: the two
        look at different gold links, so it is not 1 - AER unless all gold links are sure."""
        both = self.precision + self.recall
        return 2 * self.precision * self.recall / both if both else 0.0


def score_pair(sure: Pairs, possible: Pairs, predicted: Pairs) -> AlignmentScores:
    """The scores of one sentence pair; see `score_links`."""
    right = sure | possible
    return AlignmentScores(
        pairs=1,
        predicted=len(predicted),
        sure=len(sure),
        possible=len(right),
        found_sure=len(predicted & sure),
        found_possible=len(predicted & right),
    )


def score_links(cases: Iterable[tuple[Pairs, Pairs, Pairs]]) -> AlignmentScores:
    """Score predicted links as in Och and Ney (2003), summed over all sentence pairs.

    Args:
        cases: for each sentence pair its sure links, its possible links (with or without the sure
            ones) and the predicted links.

    >>> score_links([({(0, 0)}, {(1, 1)}, {(0, 0), (1, 1), (1, 0)})]).aer
    0.25
    """
    return sum((score_pair(*case) for case in cases), AlignmentScores())


#: Sure links, possible links, and predicted links with their scores, of a sentence pair.
ScoredCase = tuple[Pairs, Pairs, Sequence[Link]]


def score_by_cutoff(
    cases: Sequence[ScoredCase], cutoffs: Iterable[float] = CUTOFFS
) -> list[tuple[float, AlignmentScores]]:
    """The scores when only links with at least a score count, for each of the cut-offs."""
    return [
        (
            cutoff,
            score_links(
                (sure, possible, {(s, t) for s, t, score in links if score >= cutoff})
                for sure, possible, links in cases
            ),
        )
        for cutoff in cutoffs
    ]


@dataclass(frozen=True, slots=True)
class ReliabilityBin:
    """Links whose score lies in [low, high) (the last bin holds 1 too).

    Args:
        links: how many there are.
        mean_score: what their scores promise.
        right: share of them that are possible gold links.
    """

    low: float
    high: float
    links: int
    mean_score: float
    right: float


def reliability(cases: Iterable[ScoredCase], bins: int = BINS) -> list[ReliabilityBin]:
    """How often links of a score are right: bins of equal width, empty ones left out."""
    counts, sums, hits = [0] * bins, [0.0] * bins, [0] * bins
    for sure, possible, links in cases:
        for source, target, score in links:
            place = min(bins - 1, max(0, int(score * bins)))
            counts[place] += 1
            sums[place] += score
            hits[place] += (source, target) in sure or (source, target) in possible
    return [
        ReliabilityBin(
            k / bins, (k + 1) / bins, counts[k], sums[k] / counts[k], hits[k] / counts[k]
        )
        for k in range(bins)
        if counts[k]
    ]


def calibration_error(bins: Sequence[ReliabilityBin]) -> float:
    """Expected calibration error (Naeini et al. 2015): mean gap between the scores of a bin and
    its share of right links, weighted by links."""
    total = sum(each.links for each in bins)
    gaps = sum(each.links * abs(each.mean_score - each.right) for each in bins)
    return gaps / total if total else 0.0
