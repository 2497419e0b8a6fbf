"""The searches to compare with, over the same decoder: all places, and Codec's.

Both read the log-probabilities from a table that is made once by forcing every place. What the
published search would have asked of a decoder is counted.
"""

from __future__ import annotations

import heapq
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from spanferry.projection.methods.constrained.search import Task, marked_tokens
from spanferry.projection.services import Floats, Forced, ForcedDecoder

#: States that the published search expands at a time, and hypotheses that it keeps.
BATCH, KEPT = 16, 5
#: A marker may open where a token's probability changes by so much (nats), and around it, where it
#: changes by so little.
SEED, NEAR, REACH = 0.5, 0.1, 5
#: A place: log-probability, opening, closing.
Scored = tuple[float, int, int]


@dataclass(frozen=True, slots=True)
class Rows:
    """Forced rows of a task: plain, opened before i, closed before j."""

    plain: Forced
    opened: dict[int, Forced]
    closed: dict[tuple[int, int], Floats]


@dataclass
class Table:
    """Everything that any search for a task can ask.

    Args:
        unmarked: log-probabilities of the translation's tokens for the source without markers.
    """

    task: Task
    rows: Rows
    unmarked: Floats
    asked: int = 0

    @cached_property
    def all(self) -> list[Scored]:
        """Every place, the best first."""
        found = [(float(own.sum()), i, j) for (i, j), own in self.rows.closed.items()]
        return sorted(found, key=lambda one: (-one[0], one[1], one[2]))

    @property
    def openings(self) -> set[int]:
        """Where Codec lets a marker open: where marking the source changes the probabilities."""
        changed = np.abs(self.rows.plain.own - self.unmarked)
        seeds = np.flatnonzero(changed >= SEED)
        found = {
            place
            for seed in seeds.tolist()
            for place in range(max(0, seed - REACH), min(len(changed), seed + REACH + 1))
            if changed[place] >= NEAR
        }
        return found or set(range(len(changed)))


def tables(decoder: ForcedDecoder, tasks: Sequence[Task], sources: Sequence[str]) -> list[Table]:
    """The tables of tasks.

    Args:
        sources: of each, the text without markers.
    """
    return [_table(decoder, task, source) for task, source in zip(tasks, sources, strict=True)]


def _table(decoder: ForcedDecoder, task: Task, source: str) -> Table:
    opening, closing = task.markers
    (plain,) = decoder.force([task.source], [task.tokens], [opening])
    (unmarked,) = decoder.force([source], [task.tokens])
    starts = [i for i, _ in task.places]
    pairs = [(i, j) for i, ends in task.places for j in ends]
    opened = decoder.force(
        [task.source] * len(starts), [marked_tokens(task, i) for i in starts], [closing]
    )
    closed = decoder.force(
        [task.source] * len(pairs), [marked_tokens(task, i, j) for i, j in pairs]
    )
    assert plain is not None
    assert unmarked is not None
    rows = Rows(
        plain,
        {i: one for i, one in zip(starts, opened, strict=True) if one is not None},
        {at: one.own for at, one in zip(pairs, closed, strict=True) if one is not None},
    )
    return Table(task, rows, unmarked.own, 2 + len(starts) + len(pairs))


@dataclass(frozen=True, slots=True)
class _Node:
    """A prefix: sub-words of the translation that it has, its markers, what was added up so far."""

    at: int
    i: int | None
    j: int | None
    sums: tuple[float, ...]

    @property
    def score(self) -> float:
        return self.sums[-1] if self.sums else 0.0


@dataclass
class Codec:
    """The published search of one task, and what it asked of the decoder.

    Depth first, in batches of sixteen prefixes, each of which has at most two children: the next
    token of the translation, and the next marker. A child is dropped whose score is not above what
    the worst of the five hypotheses kept had at that place, or at its end; nothing is dropped
    before there are more than five.

    Args:
        future: tokens ahead at which the kept hypothesis is looked at; below 0: its end, which
            makes the search exact.
        passes, states: batches run through the decoder, and prefixes in them.
    """

    table: Table
    future: int = -1
    restricted: bool = True
    passes: int = 0
    states: int = 0
    _heap: list[tuple[float, int, tuple[float, ...], int, int]] = field(default_factory=list)
    _bounded: bool = False

    def run(self) -> list[Scored]:
        """The hypotheses kept, the best first."""
        self._places = {i: set(ends) for i, ends in self.table.task.places}
        allowed = self.table.openings if self.restricted else set(self._places)
        self._opens = allowed & set(self._places)
        self._expand([_Node(0, None, None, ())])
        found = [(score, i, j) for score, _, _, i, j in self._heap]
        return sorted(found, key=lambda one: (-one[0], one[1], one[2]))

    def _expand(self, batch: list[_Node]) -> None:
        self.passes += 1
        self.states += len(batch)
        children = [child for node in batch for child in self._children(node)]
        children = [child for child in children if not self._bounded or self._promises(child)]
        children.sort(key=lambda child: -child.score)
        for start in range(0, len(children), BATCH):
            part = children[start : start + BATCH]
            if self._bounded:
                part = [child for child in part if child.score > self._heap[0][0]]
                if not part:
                    return
            self._expand(part)

    def _promises(self, child: _Node) -> bool:
        sums = self._heap[0][2]
        if self.future < 0:
            return child.score > sums[-1]
        return child.score > sums[min(len(child.sums) - 1 + self.future, len(sums) - 1)]

    def _children(self, node: _Node) -> list[_Node]:
        rows, n = self.table.rows, len(self.table.task.tokens)
        found = []
        if node.i is None:
            step, marker = rows.plain.own, rows.plain.watched[:, 0]
            if node.at in self._opens:
                found.append(self._with(node, float(marker[node.at]), i=node.at))
            after = float(step[node.at])
        elif node.j is None:
            row = rows.opened[node.i]
            if node.at in self._places[node.i]:
                found.append(self._with(node, float(row.watched[node.at + 1, 0]), j=node.at))
            after = float(row.own[node.at + 1])
        else:
            after = float(rows.closed[node.i, node.j][node.at + 2])
            if node.at == n:
                self._keep((*node.sums, node.score + after), node.i, node.j)
        if node.at < n:
            found.append(self._with(node, after, at=node.at + 1))
        return found

    def _with(self, node: _Node, log: float, **changes: int) -> _Node:
        given = {"at": node.at, "i": node.i, "j": node.j, **changes}
        return _Node(given["at"] or 0, given["i"], given["j"], (*node.sums, node.score + log))

    def _keep(self, sums: tuple[float, ...], i: int, j: int) -> None:
        one = (sums[-1], -self.states, sums, i, j)
        if len(self._heap) < KEPT:
            heapq.heappush(self._heap, one)
        else:
            heapq.heappushpop(self._heap, one)
            self._bounded = True
