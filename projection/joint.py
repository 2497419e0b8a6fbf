"""Where all spans of a record go, decided together.

Each span has candidates with probabilities. Spans that do not overlap in the source must not
overlap in the translation; among the choices that keep to this, the one with the largest product of
probabilities wins. A span may also stay without a place, at a price. Spans whose likely candidates
never meet are decided one by one; others in groups, by a beam search that is exact for groups of
two or three.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from spanferry.data.records import Span
from spanferry.projection.segments import Pairs
from spanferry.projection.sides import Array

#: Log-probability of leaving a span out.
NO_PLACE = -9.0
#: Candidates less likely than the best by this factor (a logarithm) are not tried.
LEAST = -7.0
#: Candidates of a span that are tried, and partial choices that are kept.
MOST, BEAM = 8, 64


@dataclass(frozen=True, slots=True)
class Choices:
    """The candidates of a span or a fragment.

    Args:
        span: the source span, or a span of the fragment's range.
        pairs: first and last target words, [candidates, 2].
        logs: their log-probabilities, [candidates].
    """

    span: Span
    pairs: Pairs
    logs: Array


def decide(choices: Sequence[Choices]) -> list[int | None]:
    """The candidate that each gets; None for one that has none or finds all its places taken."""
    found: list[int | None] = [int(np.argmax(c.logs)) if len(c.logs) else None for c in choices]
    options = [_options(c) for c in choices]
    for group in _groups(choices, options, found):
        for place, option in zip(group, _search(group, choices, options), strict=True):
            found[place] = option
    return found


def apart(one: Span, other: Span) -> bool:
    """Whether two source spans must keep apart: they share no character, and are not one span.

    Fragments of one span may meet: `pain in the left ... arm` is one `dor no braço esquerdo`.
    """
    return (one.id != other.id or not one.id) and all(
        end <= first or last <= start
        for start, end in one.ranges()
        for first, last in other.ranges()
    )


def _options(choices: Choices) -> list[int]:
    """The candidates worth trying, best first."""
    if not len(choices.logs):
        return []
    order = np.argsort(-choices.logs, kind="stable")[:MOST]
    return [int(k) for k in order if choices.logs[k] - choices.logs[order[0]] >= LEAST]


def _groups(
    choices: Sequence[Choices], options: Sequence[list[int]], best: Sequence[int | None]
) -> list[list[int]]:
    """Spans that cannot all have their best candidate, with those that their others may meet."""
    reach = [
        (
            min((int(choices[k].pairs[c, 0]) for c in of_one), default=0),
            max((int(choices[k].pairs[c, 1]) for c in of_one), default=-1),
        )
        for k, of_one in enumerate(options)
    ]
    order = sorted((k for k, of_one in enumerate(options) if of_one), key=lambda k: reach[k])
    owner = list(range(len(choices)))

    def root(k: int) -> int:
        while owner[k] != k:
            owner[k] = owner[owner[k]]
            k = owner[k]
        return k

    clash = [False] * len(choices)
    open_spans: list[int] = []
    for k in order:
        open_spans = [j for j in open_spans if reach[j][1] >= reach[k][0]]
        for j in open_spans:
            if apart(choices[j].span, choices[k].span):
                owner[root(k)] = root(j)
                clash[k] |= _meet(choices, j, best[j], k, best[k])
        open_spans.append(k)
    groups: dict[int, list[int]] = {}
    for k in order:
        groups.setdefault(root(k), []).append(k)
    return [group for group in groups.values() if any(clash[k] for k in group)]


def _meet(choices: Sequence[Choices], j: int, a: int | None, k: int, b: int | None) -> bool:
    if a is None or b is None:
        return False
    (i, last), (first, end) = choices[j].pairs[a], choices[k].pairs[b]
    return bool(i <= end and first <= last)


def _search(
    group: Sequence[int], choices: Sequence[Choices], options: Sequence[list[int]]
) -> list[int | None]:
    """The best choice for a group, in its order."""
    # the surest first; equal ones in the order of the text, so that the input's does not matter
    order = sorted(
        group,
        key=lambda k: (
            -float(choices[k].logs[options[k][0]]),
            choices[k].span.start,
            choices[k].span.end,
            choices[k].span.label,
            choices[k].span.id,
        ),
    )
    beam: list[tuple[float, dict[int, int]]] = [(0.0, {})]
    for k in order:
        further: list[tuple[float, dict[int, int]]] = []
        for value, chosen in beam:
            for option in options[k]:
                if all(
                    not _meet(choices, j, other, k, option)
                    or not apart(choices[j].span, choices[k].span)
                    for j, other in chosen.items()
                ):
                    log = max(float(choices[k].logs[option]), NO_PLACE)
                    further.append((value + log, {**chosen, k: option}))
            further.append((value + NO_PLACE, chosen))
        further.sort(key=lambda entry: -entry[0])
        beam = further[:BEAM]
    best = beam[0][1]
    return [best.get(k) for k in group]


def log_probabilities(scores: Array) -> Array:
    """Logarithms of the softmax of scores."""
    top = float(scores.max())
    found: Array = scores - top - math.log(float(np.exp(scores - top).sum()))
    return found
