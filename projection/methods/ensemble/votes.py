"""Votes on the place of a span, and how probable they make each place together.

Each member gives the place that it chose its own confidence, and shares the rest out over the other
places and over "none of them". The shares are multiplied, each to the power of its member's weight,
and made to sum to 1: a logarithmic opinion pool (Genest and Zidek 1986, section 3). A member that
did not place the span changes nothing.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from spanferry.data.records import Offsets

#: The ranges of a span, in text order.
Ranges = tuple[Offsets, ...]
Agreement = Literal["overlap", "exact"]
#: Confidences nearer to 0 or 1 count as this near: no member is to outvote all others for ever.
SUREST = 0.01
#: What a place without any overlap gets of the rest, where one that is nearly the same gets 1; it
#: is also the share of "none of them".
APART = 0.1


@dataclass(frozen=True, slots=True)
class Vote:
    """Where a member puts a span.

    Args:
        ranges: there.
        confidence: of the member in that.
        weight: of the member.
    """

    ranges: Ranges
    confidence: float
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class Option:
    """A place that at least one member voted for.

    Args:
        ranges: the place.
        score: its probability by all members together, in (0, 1).
        same: members that voted for just this.
        supporters: members that support it, those included.
        told: what the confidence may take into account.
    """

    ranges: Ranges
    score: float
    same: int
    supporters: int
    told: dict[str, float]


def options(votes: Sequence[Vote], members: int, agreement: Agreement) -> list[Option]:
    """The places that were voted for, the likeliest first; of equal ones the first in the text.

    The order of the votes has no effect.

    Args:
        votes: of the members that placed the span.
        members: how many there are in all.
    """
    places = sorted({vote.ranges for vote in votes})
    alike = {
        (one, other): likeness(one, other) if agreement == "overlap" or one == other else 0.0
        for one in places
        for other in places
    }
    logs = [
        math.fsum(vote.weight * math.log(_share(vote, place, places, alike)) for vote in votes)
        for place in places
    ]
    none = math.fsum(vote.weight * math.log(_share(vote, None, places, alike)) for vote in votes)
    most = max([*logs, none], default=0.0)
    total = math.fsum(math.exp(log - most) for log in [*logs, none])
    found = [
        _option(place, math.exp(log - most) / total, votes, members, alike)
        for place, log in zip(places, logs, strict=True)
    ]
    return sorted(found, key=lambda option: (-round(option.score, 12), option.ranges))


def likeness(one: Ranges, other: Ranges) -> float:
    """The share of characters that two places have in common (Jaccard), 0 to 1.

    >>> likeness(((0, 4), (6, 8)), ((2, 7),))
    0.375
    """
    both = sum(
        max(0, min(last, end) - max(first, start)) for first, last in one for start, end in other
    )
    return both / (_size(one) + _size(other) - both)


def _size(ranges: Ranges) -> int:
    return sum(end - start for start, end in ranges)


def _share(
    vote: Vote,
    place: Ranges | None,
    places: Sequence[Ranges],
    alike: dict[tuple[Ranges, Ranges], float],
) -> float:
    """What a member gives to a place; None: to "none of them"."""
    sure = max(SUREST, min(1 - SUREST, vote.confidence))
    if place == vote.ranges:
        return sure
    rest = APART + math.fsum(
        APART + alike[vote.ranges, other] for other in places if other != vote.ranges
    )
    own = APART if place is None else APART + alike[vote.ranges, place]
    return (1 - sure) * own / rest


def _option(
    place: Ranges,
    score: float,
    votes: Sequence[Vote],
    members: int,
    alike: dict[tuple[Ranges, Ranges], float],
) -> Option:
    same = [vote for vote in votes if vote.ranges == place]
    support = [alike[place, vote.ranges] for vote in votes]
    told = {
        "agreement": len(same) / members,
        "members": len(votes) / members,
        "overlap": math.fsum(support) / members,
        "best": max(vote.confidence for vote in same),
        "mean": math.fsum(vote.confidence for vote in same) / members,
    }
    return Option(place, score, len(same), sum(value > 0 for value in support), told)
