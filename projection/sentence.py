"""A sentence pair with its links, and the part of it that one span has to do with."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from spanferry.projection.base import ProjectionInput
from spanferry.projection.likeness import WordTable
from spanferry.projection.pair import read_links, read_words
from spanferry.projection.rules import AlignmentSettings
from spanferry.projection.sides import Array, Side, read_side

#: Target words on each side of the words that a span is linked to, which it may still take.
MARGIN = 12


@dataclass(slots=True)
class Sentence:
    """A pair of texts.

    Args:
        source, target: their words.
        links: target word and mass of each link, by source word.
        masses: sums of the masses that arrive at each target word, padded as the arrays of a side.
        leaving: sums of the masses that leave each source word, likewise.
        linked: how far each target word is linked, 0 to 1.
        ratio: characters of the translation for one of the text.
        likeness: what the words have in common; None where that is not known.
    """

    source: Side
    target: Side
    links: dict[int, list[tuple[int, float]]]
    masses: Array
    leaving: Array
    linked: Array
    ratio: float
    likeness: WordTable | None = None
    unlinked_cost: Array = field(default_factory=lambda: np.zeros(0))
    weight: Array = field(default_factory=lambda: np.zeros(0))


def read_sentence(
    item: ProjectionInput, settings: AlignmentSettings, likeness: WordTable | None = None
) -> Sentence:
    """The arrays of a pair (rules 1 and 2)."""
    source_words = read_words(item.text, item.source_words, item.language)
    target_words = read_words(item.translation, item.target_words, item.target_language)
    found = read_links(item, source_words, target_words, settings)
    source = read_side(item.text, source_words)
    target = read_side(item.translation, target_words)
    links: dict[int, list[tuple[int, float]]] = {}
    masses, leaving = np.zeros(target.size + 2), np.zeros(source.size + 2)
    for s, t, given in found:
        mass = given * source_words.weight(s, settings)
        links.setdefault(s, []).append((t, mass))
        masses[t + 1] += mass
        leaving[s + 1] += given
    linked = np.minimum(1.0, masses / settings.full_mass)
    minor = 1 - target.content
    return Sentence(
        source,
        target,
        links,
        masses,
        leaving,
        linked,
        len(item.translation) / max(1, len(item.text)),
        likeness,
        settings.unlinked_cost * np.where(minor > 0, 0.5, 1.0) * (1 - linked),
        np.where(minor > 0, settings.minor_weight, 1.0),
    )


@dataclass(slots=True)
class View:
    """What a span, or one fragment of it, has to do with its sentence.

    Arrays begin at target word `low` minus one, so that word `t` stands at `t - low + 1`.

    Args:
        words: the source words that it covers, in order.
        low, high: the target words that it may take, `high` exclusive.
        inside: mass that each target word shares with the span.
        outside: mass that each shares with others.
        values: evidence of each target word (rule 3).
    """

    sentence: Sentence
    words: Sequence[int]
    low: int
    high: int
    inside: Array
    outside: Array
    values: Array

    def cut(self, array: Array) -> Array:
        """The part of an array of the target side that belongs to the view."""
        return array[self.low : self.high + 2]

    def mass_from(self, word: int) -> Array:
        """The mass of the links of one source word."""
        found = np.zeros(self.high - self.low + 2)
        for t, mass in self.sentence.links.get(word, ()):
            if self.low <= t < self.high:
                found[t - self.low + 1] += mass
        return found


def view_of(sentence: Sentence, words: Sequence[int], settings: AlignmentSettings) -> View | None:
    """The view of a span; None if its words have no links."""
    linked: dict[int, float] = {}
    for word in words:
        for t, mass in sentence.links.get(word, ()):
            linked[t] = linked.get(t, 0.0) + mass
    if not linked:
        return None
    low = max(0, min(linked) - MARGIN)
    high = min(sentence.target.size, max(linked) + MARGIN + 1)
    inside = np.zeros(high - low + 2)
    for t, mass in linked.items():
        inside[t - low + 1] = mass
    total = sentence.masses[low : high + 2]
    outside = np.maximum(0.0, total - inside)
    a = settings.smoothing
    odds = np.log((inside + a) / (outside + a))
    values = sentence.weight[low : high + 2] * odds - sentence.unlinked_cost[low : high + 2]
    values[[0, -1]] = 0.0
    return View(sentence, words, low, high, inside, outside, values)
