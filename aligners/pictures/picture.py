"""What a picture of a sentence pair shows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum

from spanferry.aligners.evaluate import AlignmentScores, score_pair
from spanferry.aligners.link_files.pair import Cells
from spanferry.data.links import Link


@dataclass(frozen=True, slots=True)
class Stretch:
    """A labelled span in word indexes, end exclusive."""

    start: int
    end: int
    label: str


@dataclass(frozen=True, slots=True)
class Gold:
    """Hand-made links of a pair: sure ones, and those that are merely possible."""

    sure: Cells
    possible: Cells


class Kind(Enum):
    """What a cell of the matrix holds.

    Without gold links there are only links; with them a link is right where gold is sure or
    possible, and false elsewhere; gold that was not predicted is missed where it is sure. Where
    nothing was predicted, the gold links are what is shown.
    """

    LINK = "link"
    SURE = "sure link"
    RIGHT = "right link"
    FALSE = "false link"
    MISSED = "missed link"
    POSSIBLE = "possible link"


@dataclass(frozen=True, slots=True)
class Picture:
    """A sentence pair, its links and what is known besides.

    Args:
        id: name of the pair.
        source, target: the words.
        links: predicted links; None where only gold links are shown.
        gold: hand-made ones, if there are any.
        similarities: [source words, target words], the higher the more alike; None if unknown.
        source_spans, target_spans: labelled spans.
        languages: codes of source and target, empty where unknown.
        aligner: whose links they are.
        origin: where the pair stands.
    """

    id: str
    source: Sequence[str]
    target: Sequence[str]
    links: Sequence[Link] | None
    gold: Gold | None = None
    similarities: Sequence[Sequence[float]] | None = None
    source_spans: Sequence[Stretch] = ()
    target_spans: Sequence[Stretch] = ()
    languages: tuple[str, str] = ("", "")
    aligner: str = ""
    origin: str = ""

    def scores(self) -> AlignmentScores | None:
        """The scores of the pair, where there are gold links and predicted ones."""
        if self.gold is None or self.links is None:
            return None
        found = {link[:2] for link in self.links}
        return score_pair(self.gold.sure, self.gold.possible, found)

    def link_scores(self) -> Mapping[tuple[int, int], float]:
        """The scores of the predicted links, by source and target word."""
        return {link[:2]: link.score for link in self.links or ()}

    def cells(self) -> Mapping[tuple[int, int], Kind]:
        """What stands in the cells that are not empty, by source and target word."""
        found = {link[:2] for link in self.links or ()}
        if self.gold is None:
            return dict.fromkeys(sorted(found), Kind.LINK)
        right = self.gold.sure | self.gold.possible
        kinds = dict.fromkeys(self.gold.possible, Kind.POSSIBLE)
        kinds |= dict.fromkeys(self.gold.sure, Kind.SURE if self.links is None else Kind.MISSED)
        kinds |= {cell: Kind.RIGHT if cell in right else Kind.FALSE for cell in found}
        return dict(sorted(kinds.items()))
