"""What the methods are given and what is wanted of them."""

from __future__ import annotations

from dataclasses import dataclass

from spanferry.data.records import Offsets, Span
from spanferry.projection.base import ProjectionInput
from spanferry.projection.evaluate import LabelledRange
from spanferry.projection.ranking import Links

#: Where a span is, in the units of its gold set: one range, or one a fragment.
Place = tuple[Offsets, ...]


@dataclass(frozen=True, slots=True)
class Case:
    """A text, its translation, and the spans that the translation should get.

    Args:
        id: name of the pair.
        item: what a method is given, with links.
        wanted: the hand-made spans; none where nobody has made any.
        by_words: they, and places, count words of the translation; otherwise characters.
    """

    id: str
    item: ProjectionInput
    wanted: frozenset[LabelledRange]
    by_words: bool

    def place(self, span: Span) -> Place:
        """Where a projected span is. A word that it overlaps counts as a whole (see `gold.py`)."""
        if not self.by_words:
            return span.ranges()
        words = self.item.target_words
        hit = [k for k, (start, end) in enumerate(words) if start < span.end and span.start < end]
        return ((hit[0], hit[-1] + 1),) if hit else ()

    def characters(self, wanted: LabelledRange) -> Offsets:
        """A hand-made span in characters of the translation."""
        start, end, _ = wanted
        if not self.by_words:
            return start, end
        return self.item.target_words[start][0], self.item.target_words[end - 1][1]


@dataclass(frozen=True, slots=True)
class CaseSet:
    """A gold set, or a corpus without gold, ready for the methods.

    Args:
        links: whose links they are, in words.
        kind: the kind of links, which sets the weights of `alignment`.
        left_out: pairs that cannot be projected, by the reason.
        gold: the cases have hand-made spans.
    """

    name: str
    cases: tuple[Case, ...]
    links: str
    kind: Links
    left_out: dict[str, int]
    gold: bool = True

    @property
    def pair(self) -> tuple[str, str]:
        """Source and target language."""
        return self.cases[0].item.language, self.cases[0].item.target_language

    @property
    def spans(self) -> int:
        """Source spans of all cases."""
        return sum(len(case.item.spans) for case in self.cases)
