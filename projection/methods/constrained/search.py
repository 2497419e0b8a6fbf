"""Where a pair of markers is most probable in a fixed translation: an exact best-first search.

For a source S whose span is marked and a translation T of n sub-words, the place from i to j has

    log p(T[:i] [ T[i:j] ] T[j:] | S) = A(i) + o(i) + B(i, j) + c(i, j) + D(i, j)

(up to the opening marker, that marker, up to the closing one, that one, the rest with the end).
T forced on S gives A and o for all i in one row; `T[:i] [ T[i:]` gives B and c for all j in
another (`seen.py`); only D needs a row of its own for each (i, j). No term is above 0, so what is
known of a place is an upper bound of what it will get. States are opened in the order of their
bounds (A*: Hart, Nilsson and Raphael 1968), and the search ends when no bound is above the worst of
the best n: these are then the n best of all. A state that has a higher bound than that has to be
opened by every exact search with these bounds, so that none needs fewer.

Codec (Le et al. 2024, "Constrained Decoding for Cross-lingual Label Projection") goes down the
same tree token by token, and prunes once it has more than n.
"""

from __future__ import annotations

import heapq
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import count

import numpy as np

from spanferry.projection.methods.constrained.seen import Ask, Scoring, Seen, look
from spanferry.projection.services import Forced, ForcedDecoder

#: States of one span that are opened in one round, while those of all other spans are; and how
#: much lower (nats) than the highest their bounds may be. One at a time needs the fewest rows;
#: where a model is sure of a place, no other bound is near.
AT_A_TIME, NEAR = 8, 2.0


@dataclass(frozen=True, slots=True)
class Task:
    """A pair of markers to be put into a translation.

    Args:
        source: the text with its span marked.
        tokens: the translation as sub-words.
        markers: the sub-words that open and close.
        places: (i, j...): the sub-word that may come after the opening marker, and those that the
            closing marker may then stand before (n: behind the last).
    """

    source: str
    tokens: tuple[str, ...]
    markers: tuple[str, str]
    places: tuple[tuple[int, tuple[int, ...]], ...]


@dataclass(frozen=True, slots=True)
class Place:
    """A place for the markers.

    Args:
        log: the log-probability (nats) of the whole translation with the markers.
        first, end: sub-words between them.
        opening, closing: the log-probabilities of the markers themselves, part of `log`.
    """

    log: float
    first: int
    end: int
    opening: float
    closing: float


@dataclass(slots=True)
class Found:
    """What was found for a task.

    Args:
        places: the best first.
        rows: sequences that the model was given for it.
        cut: whether the search ended early, for `max_states`.
        too_long: whether a sequence was too long for the model.
    """

    places: list[Place] = field(default_factory=list)
    rows: int = 0
    cut: bool = False
    too_long: bool = False


class _State:
    """The search for one task; bounds are kept negative, as `heapq` takes the smallest first."""

    def __init__(self, task: Task, n_best: int, margin: float, max_states: int) -> None:
        self.task, self.found = task, Found()
        self._n_best, self._margin, self._max_states = n_best, margin, max_states
        self._opened = 0
        self.places = dict(task.places)
        self._tie = count()
        #: (bound, tie, i, j); j is None where only the opening marker has a place
        self._open: list[tuple[float, int, int, int | None]] = []
        self._openings: dict[int, float] = {}
        self._closings: dict[tuple[int, int], float] = {}

    @property
    def least(self) -> float:
        """What a bound must exceed to be of interest."""
        places = self.found.places
        if not places:
            return -np.inf
        nth = places[-1].log if len(places) == self._n_best else -np.inf
        return max(nth, places[0].log - self._margin)

    def start(self, seen: Seen | None, rows: int) -> None:
        """Take in what an opening marker costs at each of its places."""
        self.found.rows += rows
        if seen is None:
            self.found.too_long = True
            return
        for i, (before, opening) in seen.items():
            self._openings[i] = opening
            self._push(before + opening, i, None)

    def opened(self, i: int, seen: Seen | None, rows: int) -> None:
        """Take in what a closing marker costs behind an opening one; places count from the row's
        start, which has one sub-word more than the translation."""
        self.found.rows += rows
        if seen is None:
            self.found.too_long = True
            return
        for place, (before, closing) in seen.items():
            self._closings[i, place - 1] = closing
            self._push(before + closing, i, place - 1)

    def closed(self, i: int, j: int, forced: Forced | None) -> None:
        """Take in the row of both markers."""
        self.found.rows += 1
        if forced is None:
            self.found.too_long = True
            return
        place = Place(float(forced.own.sum()), i, j, self._openings[i], self._closings[i, j])
        places = sorted([*self.found.places, place], key=lambda p: (-p.log, p.first, p.end))
        self.found.places = places[: self._n_best]

    def next(self) -> list[tuple[int, int | None]]:
        """The states to open now; none where the search is over."""
        left = self._max_states - self._opened
        if left <= 0:
            self.found.cut |= bool(self._open) and -self._open[0][0] > self.least
            return []
        if not self.found.places and left > 1:
            left -= 1  # the last row is for a whole place
        elif not self.found.places and self._closings:
            self._open = [state for state in self._open if state[3] is not None]
            heapq.heapify(self._open)
            self.found.cut = True
        chosen: list[tuple[int, int | None]] = []
        near = self._open[0][0] + NEAR if self._open else 0.0
        while self._open and len(chosen) < min(AT_A_TIME, left) and self._open[0][0] <= near:
            bound, _, i, j = heapq.heappop(self._open)
            if -bound <= self.least:
                self._open.clear()
                break
            chosen.append((i, j))
        self._opened += len(chosen)
        return chosen

    def _push(self, bound: float, i: int, j: int | None) -> None:
        heapq.heappush(self._open, (-float(bound), next(self._tie), i, j))


def search(
    decoder: ForcedDecoder,
    tasks: Sequence[Task],
    *,
    n_best: int = 5,
    margin: float = np.inf,
    max_states: int = 1 << 30,
    scoring: Scoring = "logits",
) -> list[Found]:
    """The best places of each task, all tasks in the same batches.

    Args:
        n_best: how many places.
        margin: nats; places further below the best may be left out.
        max_states: openings and places that are looked into for one task at most.
        scoring: how the decoder is asked what a marker costs; see `seen.py`.
    """
    states = [_State(task, n_best, margin, max_states) for task in tasks]
    asked = [
        Ask(task.source, task.tokens, task.markers[0], tuple(i for i, _ in task.places))
        for task in tasks
    ]
    for state, (seen, rows) in zip(states, look(decoder, asked, scoring), strict=True):
        state.start(seen, rows)
    while True:
        openings, closings = [], []
        for state in states:
            for i, j in state.next():
                if j is None:
                    openings.append((state, i))
                else:
                    closings.append((state, i, j))
        if not openings and not closings:
            return [state.found for state in states]
        asked = [
            Ask(state.task.source, marked_tokens(state.task, i), state.task.markers[1],
                tuple(j + 1 for j in state.places[i]))
            for state, i in openings
        ]  # fmt: skip
        for (state, i), (seen, rows) in zip(openings, look(decoder, asked, scoring), strict=True):
            state.opened(i, seen, rows)
        done = decoder.force(
            [state.task.source for state, _, _ in closings],
            [marked_tokens(state.task, i, j) for state, i, j in closings],
        )
        for (state, i, j), forced in zip(closings, done, strict=True):
            state.closed(i, j, forced)


def marked_tokens(task: Task, i: int, j: int | None = None) -> tuple[str, ...]:
    """The translation with the opening marker before sub-word i, and the closing one before j."""
    opening, closing = task.markers
    rest = task.tokens[i:] if j is None else (*task.tokens[i:j], closing, *task.tokens[j:])
    return (*task.tokens[:i], opening, *rest)
