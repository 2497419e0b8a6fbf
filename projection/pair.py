"""What a sentence pair looks like to projection: its words, what they are, and their links."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from operator import itemgetter

from spanferry.data.records import Offsets, Span
from spanferry.projection.base import ProjectionInput
from spanferry.projection.lexicon import stop_words
from spanferry.projection.rules import AlignmentSettings
from spanferry.projection.word_kinds import WordKind, word_kind

#: Source word, target word, mass.
WordLink = tuple[int, int, float]


@dataclass(frozen=True, slots=True)
class Words:
    """The words of one side.

    Args:
        ranges: their characters.
        kinds: what each of them is by itself.
        stop: whether each is a stop word.
        mark: whether each consists of punctuation.
        told: whether the language's stop words are known at all.
    """

    ranges: Sequence[Offsets]
    kinds: list[WordKind]
    stop: list[bool]
    mark: list[bool]
    told: bool

    def length(self, place: int) -> int:
        """Its number of characters."""
        start, end = self.ranges[place]
        return end - start

    def weight(self, place: int, settings: AlignmentSettings) -> float:
        """How much the word's links or evidence count."""
        return settings.minor_weight if self.minor(place) else 1.0

    def minor(self, place: int) -> bool:
        """Whether it is a stop word or a punctuation mark."""
        return self.stop[place] or self.mark[place]


def read_words(text: str, ranges: Sequence[Offsets], language: str) -> Words:
    """The words of a text."""
    kinds = [word_kind(text[start:end], language) for start, end in ranges]
    stop, mark = [kind.stop for kind in kinds], [kind.mark for kind in kinds]
    return Words(ranges, kinds, stop, mark, bool(stop_words(language)))


def read_links(
    item: ProjectionInput, source: Words, target: Words, settings: AlignmentSettings
) -> list[WordLink]:
    """The links that count (rules 1 and 2), in the order of the input, then completed ones."""
    links = [
        (link.source, link.target, link.score)
        for link in item.links
        if source.mark[link.source] == target.mark[link.target]
    ]
    if source.told and not target.told:
        _guess_stop_words(source, target, links)
    elif target.told and not source.told:
        _guess_stop_words(target, source, [(t, s, mass) for s, t, mass in links])
    links = _shared_out(links, source, target, settings)
    if settings.completion:
        ratio = len(item.translation) / max(1, len(item.text))
        links += _completed(links, source, target, settings, ratio)
    return links


def inside_words(words: Words, span: Span) -> list[int]:
    """Words that a span overlaps, if only in part (`Obama` is in `Obama's`)."""
    found: dict[int, None] = {}
    for start, end in span.ranges():
        place = bisect_right(words.ranges, start, key=itemgetter(1))
        while place < len(words.ranges) and words.ranges[place][0] < end:
            found[place] = None
            place += 1
    return list(found)


def _guess_stop_words(told: Words, untold: Words, links: Sequence[WordLink]) -> None:
    """In a language without a list, a word is a stop word if its strongest link leads to one."""
    best: dict[int, float] = {}
    for known, guessed, mass in links:
        if mass > best.get(guessed, 0.0):
            best[guessed] = mass
            untold.stop[guessed] = told.stop[known]


def _shared_out(
    links: Sequence[WordLink], source: Words, target: Words, settings: AlignmentSettings
) -> list[WordLink]:
    """Rule 1: masses of words with several links, and of links between unlike words."""
    leaving, arriving = [0.0] * len(source.ranges), [0.0] * len(target.ranges)
    alike_source, alike_target = leaving.copy(), arriving.copy()
    for s, t, mass in links:
        leaving[s] += mass
        arriving[t] += mass
        if source.stop[s] == target.stop[t]:
            alike_source[s] = max(alike_source[s], mass)
            alike_target[t] = max(alike_target[t], mass)
    shared = []
    for s, t, mass in links:
        if source.stop[s] != target.stop[t]:
            if mass <= max(alike_source[s], alike_target[t]):
                continue
            mass *= settings.minor_weight
        shared.append((s, t, mass / math.sqrt(max(1.0, leaving[s]) * max(1.0, arriving[t]))))
    return shared


def _completed(
    links: Sequence[WordLink],
    source: Words,
    target: Words,
    settings: AlignmentSettings,
    ratio: float,
) -> list[WordLink]:
    """Rule 2: links between words that have none (or less than a full mass).

    `ratio` is how many characters of the translation one of the text becomes.
    """
    free_source = _free(((s, mass) for s, _, mass in links), source, settings)
    free_target = _free(((t, mass) for _, t, mass in links), target, settings)
    if not free_source or not free_target:
        return []
    most = settings.completion_reach
    reach = [(d, abs(d)) for d in range(-most, most + 1)]
    best: dict[tuple[int, int], float] = {}
    absorbed: dict[int, float] = {}
    for s, t, mass in links:
        if source.mark[s]:
            continue
        near_source = [(s + d, far) for d, far in reach if s + d in free_source]
        if not near_source:
            continue
        spare = target.length(t) - source.length(s) * ratio
        if spare > 0 and not source.stop[s]:
            for i, _ in near_source:
                share = mass * min(1.0, spare / (source.length(i) * ratio))
                absorbed[i] = max(absorbed.get(i, 0.0), share)
        near_target = [(t + d, far) for d, far in reach if t + d in free_target]
        for i, far_source in near_source:
            for j, far_target in near_target:
                # one step on both sides is as near as two words can come
                steps = far_source + far_target - bool(far_source and far_target)
                if steps and source.stop[i] == target.stop[j]:
                    near = mass * settings.completion_decay**steps
                    best[i, j] = max(best.get((i, j), 0.0), near)
    return [
        (
            i,
            j,
            settings.completion
            * near
            * free_source[i]
            * free_target[j]
            * (1 - absorbed.get(i, 0.0)),
        )
        for (i, j), near in sorted(best.items())
    ]


def _free(
    masses: Iterable[tuple[int, float]], words: Words, settings: AlignmentSettings
) -> dict[int, float]:
    """How far each word is from a full mass of links, 0 to 1; words with a full mass left out."""
    total = [0.0] * len(words.ranges)
    for place, mass in masses:
        total[place] += mass
    return {
        place: 1 - mass / settings.full_mass
        for place, mass in enumerate(total)
        if mass < settings.full_mass and not words.mark[place]
    }
