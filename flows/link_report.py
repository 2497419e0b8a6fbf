"""Predicted links beside gold ones: scores, and where they differ."""

from __future__ import annotations

from dataclasses import dataclass

from spanferry.aligners.calibration import Calibration
from spanferry.aligners.evaluate import AlignmentScores, ScoredCase, score_pair
from spanferry.aligners.link_files import LinkedPair
from spanferry.data.links import Link


@dataclass(frozen=True, slots=True)
class PairErrors:
    """Where the links of a pair and its gold links differ.

    Args:
        false: predicted links that are not even possible.
        missed: sure links that were not predicted.
    """

    pair: LinkedPair
    false: tuple[Link, ...]
    missed: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class LinkReport:
    """Predicted links beside gold ones.

    Args:
        name: whose links they are.
        gold: the gold pairs.
        links: the predicted links of each, those below the lowest score left out.
        notes: what a reader of the figures should know.
        calibration: fitted to the links, where that was asked for.
    """

    name: str
    gold: tuple[LinkedPair, ...]
    links: tuple[tuple[Link, ...], ...]
    notes: tuple[str, ...] = ()
    calibration: Calibration | None = None

    def cases(self) -> list[ScoredCase]:
        """Sure, possible and predicted links of each pair."""
        return [
            (pair.sure, pair.possible, links)
            for pair, links in zip(self.gold, self.links, strict=True)
        ]

    def scores(self) -> AlignmentScores:
        """The scores of all pairs."""
        every = (score_pair(s, p, {link[:2] for link in links}) for s, p, links in self.cases())
        return sum(every, AlignmentScores())

    def worst(self, count: int) -> list[PairErrors]:
        """The pairs with the most false and missed links, worst first; those without any are left
        out, and of equally bad ones the earlier comes first."""
        found = []
        for pair, links in zip(self.gold, self.links, strict=True):
            right, there = pair.cells, {link[:2] for link in links}
            false = tuple(link for link in links if link[:2] not in right)
            missed = tuple(sorted(pair.sure - there))
            if false or missed:
                found.append(PairErrors(pair, false, missed))
        found.sort(key=lambda each: -len(each.false) - len(each.missed))
        return found[:count]
