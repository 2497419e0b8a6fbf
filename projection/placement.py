"""Where spans go: the best segment for each (rule 4), and who comes first (rule 5)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from heapq import heapify, heappop, heappush

from spanferry.data.records import Span


@dataclass(frozen=True, slots=True)
class Segment:
    """A run of target words, `first` to `last` inclusive, and the sum of their evidence."""

    first: int
    last: int
    value: float

    def words(self) -> range:
        """The target words."""
        return range(self.first, self.last + 1)


@dataclass(slots=True)
class Candidate:
    """A span, or one fragment of it, that wants a place.

    Args:
        span: the source span.
        words: the source words that it covers.
        inside: link mass that each target word shares with the span; no others are in it.
        values: the evidence of all target words.
        foreign: target words that it must not take, whoever else does.
        taken: target words that other spans took.
        place: where it was put.
    """

    span: Span
    words: Sequence[int]
    inside: dict[int, float]
    values: Sequence[float]
    foreign: set[int] = field(default_factory=set)
    taken: set[int] = field(default_factory=set)
    place: Segment | None = None

    def is_open(self, first: int, last: int) -> bool:
        """Whether it may take all words from `first` to `last`."""
        run = range(first, last + 1)
        return self.foreign.isdisjoint(run) and self.taken.isdisjoint(run)


def place_all(candidates: Sequence[Candidate], min_mass: float) -> None:
    """Give each candidate its place, best first, and close taken words to the others (rule 5).

    Candidates that find none keep `place` None.
    """
    queue: list[tuple[float, int, Segment]] = []
    for k, candidate in enumerate(candidates):
        segment = best_segment(candidate, min_mass)
        if segment:
            queue.append((-segment.value, k, segment))
    heapify(queue)
    while queue:
        _, k, segment = heappop(queue)
        candidate = candidates[k]
        if not candidate.is_open(segment.first, segment.last):
            # another span took one of its words since: it must look again
            found = best_segment(candidate, min_mass)
            if found:
                heappush(queue, (-found.value, k, found))
            continue
        take(candidate, segment, candidates)


def take(candidate: Candidate, segment: Segment, candidates: Sequence[Candidate]) -> None:
    """Put a candidate on a segment, and close its words to those that do not overlap it."""
    candidate.place = segment
    for other in candidates:
        if other is not candidate and not _overlap(other.span, candidate.span):
            other.taken.update(segment.words())


def best_segment(candidate: Candidate, min_mass: float) -> Segment | None:
    """The run of open words with the largest sum that holds at least `min_mass` (rule 4).

    A run begins and ends at a word that the span is linked to. The search is Kadane's: a run is
    given up where going on from it is worth less than starting anew.
    """
    best: Segment | None = None
    first, value, mass, last = -1, 0.0, 0.0, -1
    for t in sorted(candidate.inside):
        if not candidate.is_open(t, t):
            first = -1
            continue
        if first >= 0 and not candidate.is_open(last + 1, t):
            first = -1
        if first >= 0:
            value += sum(candidate.values[k] for k in range(last + 1, t))
        if first < 0 or value <= 0:
            first, value, mass = t, 0.0, 0.0
        value += candidate.values[t]
        mass += candidate.inside[t]
        last = t
        if mass >= min_mass and (best is None or value > best.value):
            best = Segment(first, t, value)
    return best


def _overlap(one: Span, other: Span) -> bool:
    """Whether two source spans share a character."""
    return any(
        start < last and first < end
        for start, end in one.ranges()
        for first, last in other.ranges()
    )
