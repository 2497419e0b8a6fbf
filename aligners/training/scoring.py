"""The alignment error rate of an encoder on held-out gold links, while it is trained."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice

from spanferry.aligners.evaluate import Gold, Pairs, score_links
from spanferry.aligners.matchers.softmax import SoftmaxMatcher
from spanferry.aligners.training.encoder import Encoder
from spanferry.aligners.training.tokens import Side, split_words
from spanferry.aligners.training.tuning import Objectives


@dataclass(frozen=True, slots=True)
class _Case:
    source: Side
    target: Side
    sure: Pairs
    possible: Pairs


class GoldScorer:
    """Scores an encoder by the links that its vectors make, with the settings of its training.

    Args:
        unscored: gold pairs with a side that is empty or longer than the encoder can read; they
            count as pairs without links.
    """

    def __init__(
        self, gold: Sequence[Gold], encoder: Encoder, objectives: Objectives, longest: int
    ) -> None:
        self._objectives = objectives
        self._without_links: list[tuple[Pairs, Pairs, Pairs]] = []
        cases = []
        for pair, sure, possible in gold:
            source = split_words(pair.source, encoder.encode)
            target = split_words(pair.target, encoder.encode)
            lengths = len(source.ids), len(target.ids)
            if min(lengths) == 0 or max(lengths) > longest:
                self._without_links.append((sure, possible, frozenset()))
            else:
                cases.append(_Case(source, target, sure, possible))
        # of like lengths together, which saves padding
        self._cases = sorted(cases, key=lambda case: len(case.source.ids) + len(case.target.ids))
        self.unscored = len(self._without_links)

    def error(self) -> float:
        """The alignment error rate, in [0, 1]; the encoder is in evaluation mode."""
        settings = self._objectives.settings
        found = list(self._without_links)
        if not self._cases:
            return score_links(found).aer
        stream = iter(self._cases)
        while cases := list(islice(stream, max(1, settings.batch_tokens // self._longest))):
            links = self._links(cases)
            found += [
                (case.sure, case.possible, linked)
                for case, linked in zip(cases, links, strict=True)
            ]
        return score_links(found).aer

    @property
    def _longest(self) -> int:
        longest = self._cases[-1]
        return len(longest.source.ids) + len(longest.target.ids) + 4

    def _links(self, cases: Sequence[_Case]) -> list[Pairs]:
        settings = self._objectives.settings
        batch = self._objectives.vectors([(case.source, case.target) for case in cases])
        linked = SoftmaxMatcher(settings.extraction, settings.threshold)(batch) > 0
        links: list[set[tuple[int, int]]] = [set() for _ in cases]
        for row, i, j in linked.nonzero().tolist():
            case = cases[row]
            links[row].add((int(case.source.words[i]), int(case.target.words[j])))
        return list(links)
