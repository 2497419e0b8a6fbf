"""What the links of a sentence pair say of each target word (rule 3)."""

from __future__ import annotations

import math
from collections.abc import Sequence

from spanferry.projection.pair import WordLink, Words
from spanferry.projection.rules import AlignmentSettings


class Evidence:
    """Link masses of a sentence pair, and what they say of each target word (rule 3)."""

    def __init__(
        self, links: Sequence[WordLink], source: Words, target: Words, settings: AlignmentSettings
    ) -> None:
        self._source_weights = [source.weight(s, settings) for s in range(len(source.ranges))]
        self._links = [(s, t, mass * self._source_weights[s]) for s, t, mass in links]
        self._settings = settings
        self._weights = [target.weight(t, settings) for t in range(len(target.ranges))]
        self.total = [0.0] * len(target.ranges)
        for _, t, mass in self._links:
            self.total[t] += mass
        costs = [
            settings.unlinked_cost * (0.5 if target.minor(t) else 1.0)
            for t in range(len(target.ranges))
        ]
        self._unlinked = [
            cost * max(0.0, 1 - total / settings.full_mass)
            for cost, total in zip(costs, self.total, strict=True)
        ]
        self._outside = [self._value(t, 0.0) for t in range(len(target.ranges))]

    def inside(self, words: Sequence[int]) -> dict[int, float]:
        """The mass that target words share with these source words."""
        chosen = set(words)
        masses: dict[int, float] = {}
        for s, t, mass in self._links:
            if s in chosen:
                masses[t] = masses.get(t, 0.0) + mass
        return masses

    def values(self, inside: dict[int, float]) -> list[float]:
        """The evidence of every target word for a span with these masses."""
        values = list(self._outside)
        for t, mass in inside.items():
            values[t] = self._value(t, mass)
        return values

    def _value(self, t: int, inside: float) -> float:
        a = self._settings.smoothing
        odds = math.log((inside + a) / (self.total[t] - inside + a))
        return self._weights[t] * odds - self._unlinked[t]

    def confidence(self, source: Sequence[int], target: Sequence[int]) -> float:
        """How well source and target words cover one another, in [0, 1].

        The harmonic mean of two shares: of the target words' link mass that comes from the source
        words, and of the source words (by weight) that are linked into the target words.
        """
        chosen, goal = set(source), set(target)
        linked = dict.fromkeys(source, 0.0)
        shared = 0.0
        for s, t, mass in self._links:
            if s in chosen and t in goal:
                linked[s] += mass
                shared += mass
        total = sum(self.total[t] for t in goal)
        weight = sum(self._source_weights[s] for s in source)
        if not shared or not weight:
            return 0.0
        pure = shared / total
        covered = sum(min(linked[s], self._source_weights[s]) for s in source) / weight
        return min(1.0, 2 * pure * covered / (pure + covered))
