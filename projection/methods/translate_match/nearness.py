"""Where the links say that a span is to be looked for."""

from __future__ import annotations

import math

from spanferry.data.records import Offsets, Span
from spanferry.projection.base import ProjectionInput
from spanferry.projection.lexicon import is_stop

#: What links of stop words count beside those of others.
STOP_WEIGHT = 0.3


def stretch_of(item: ProjectionInput, span: Span) -> tuple[Offsets, Offsets]:
    """The source characters and the target characters of the sentences that a span is in.

    Both texts where segments are not known, or none of them has the span.
    """
    own = [found for found in item.segments if found[0] < span.end and span.start < found[1]]
    if not own:
        return (0, len(item.text)), (0, len(item.translation))
    return (
        (min(a for a, _, _, _ in own), max(b for _, b, _, _ in own)),
        (min(c for _, _, c, _ in own), max(d for _, _, _, d in own)),
    )


def expected_place(item: ProjectionInput, span: Span) -> float:
    """The character of the translation around which a span is expected.

    The mean of the middles of the words that its words are linked to, weighted by the confidences
    of the links; without links, the place between those that the nearest linked words on both
    sides lead to; at last, the same share of the sentence.
    """
    total = place = 0.0
    for source, target, mass in item.links:
        first, last = item.source_words[source]
        if first < span.end and span.start < last:
            weight = mass * (STOP_WEIGHT if is_stop(item.text, first, last, item.language) else 1)
            total += weight
            place += weight * _middle(item.target_words[target])
    if total > 0:
        return place / total
    (begin, end), (first, last) = stretch_of(item, span)
    left, right = (float(begin), float(first)), (float(end), float(last))
    for source, target, mass in item.links:
        if mass <= 0:
            continue
        word, there = item.source_words[source], _middle(item.target_words[target])
        if left[0] <= word[0] and word[1] <= span.start:
            left = ((word[0] + word[1]) / 2, there)
        elif span.end <= word[0] and word[1] <= right[0]:
            right = ((word[0] + word[1]) / 2, there)
    middle = (span.start + span.end) / 2
    share = (middle - left[0]) / max(1.0, right[0] - left[0])
    return left[1] + min(1.0, max(0.0, share)) * (right[1] - left[1])


def nearness(item: ProjectionInput, start: int, end: int, expected: float, words: float) -> float:
    """1 where a place holds the expected character; 1/e at so many `words` from it.

    A word counts as long as those of the translation are on average.
    """
    away = max(0.0, start - expected, expected - end)
    a_word = max(1.0, len(item.translation) / max(1, len(item.target_words)))
    return math.exp(-away / a_word / words)


def _middle(word: Offsets) -> float:
    return (word[0] + word[1]) / 2
