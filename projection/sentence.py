"""A sentence pair with its links, and the part of it that one span has to do with."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from spanferry.projection.base import ProjectionInput
from spanferry.projection.likeness import WordTable
from spanferry.projection.pair import read_links, read_words
from spanferry.projection.rules import AlignmentSettings
from spanferry.projection.sides import Array, Side, read_side

#: Target words on each side of the words that a span is linked to, which it may still take.
MARGIN = 12
#: What a `Sentence.table` says of each target word, row by row.
ROWS = ("stop", "mark", "content", "opens", "closes", "capital", "length", "linked",
        "masses", "unlinked_cost", "weight")  # fmt: skip


@dataclass(slots=True)
class Sentence:
    """A pair of texts.

    Args:
        source, target: their words.
        links: target word and mass of each link, by source word.
        masses: sums of the masses that arrive at each target word, padded as the lists of a side.
        leaving: sums of the masses that leave each source word, likewise.
        ratio: characters of the translation for one of the text.
        table: of each target word what `ROWS` says, [rows, words + 2]; `linked` is how far it is
            linked, 0 to 1, `unlinked_cost` what that costs, `weight` how much its evidence counts.
        likeness: what the words have in common; None where that is not known.
    """

    source: Side
    target: Side
    links: dict[int, list[tuple[int, float]]]
    masses: list[float]
    leaving: list[float]
    ratio: float
    table: Array
    likeness: WordTable | None = None


def read_sentence(
    item: ProjectionInput, settings: AlignmentSettings, likeness: WordTable | None = None
) -> Sentence:
    """What is known of a pair (rules 1 and 2)."""
    source_words = read_words(item.text, item.source_words, item.language)
    target_words = read_words(item.translation, item.target_words, item.target_language)
    found = read_links(item, source_words, target_words, settings)
    source, target = read_side(source_words), read_side(target_words)
    weights = [source_words.weight(s, settings) for s in range(source.size)]
    links: dict[int, list[tuple[int, float]]] = {}
    masses, leaving = [0.0] * (target.size + 2), [0.0] * (source.size + 2)
    for s, t, given in found:
        mass = given * weights[s]
        links.setdefault(s, []).append((t, mass))
        masses[t + 1] += mass
        leaving[s + 1] += given
    return Sentence(
        source,
        target,
        links,
        masses,
        leaving,
        len(item.translation) / max(1, len(item.text)),
        _table(target, masses, settings),
        likeness,
    )


def _table(target: Side, masses: Sequence[float], settings: AlignmentSettings) -> Array:
    table = np.empty((len(ROWS), target.size + 2))
    table[:7] = (
        target.stop, target.mark, target.content, target.opens, target.closes, target.capital,
        target.length,
    )  # fmt: skip
    table[8] = masses
    table[7] = linked = np.minimum(1.0, table[8] / settings.full_mass)
    content = table[2] > 0
    table[9] = settings.unlinked_cost * np.where(content, 1.0, 0.5) * (1 - linked)
    table[10] = np.where(content, 1.0, settings.minor_weight)
    return table


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
    inside[[t - low + 1 for t in linked]] = list(linked.values())
    total, cost, weight = sentence.table[8:, low : high + 2]
    outside = np.maximum(0.0, total - inside)
    a = settings.smoothing
    values = weight * np.log((inside + a) / (outside + a)) - cost
    values[[0, -1]] = 0.0
    return View(sentence, words, low, high, inside, outside, values)
