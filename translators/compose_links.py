"""Links and segments of two translations in a row: source to pivot, pivot to target."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from itertools import islice

from spanferry.translators.base import CharLink, Segment


def compose_links(first: Sequence[CharLink], second: Sequence[CharLink]) -> tuple[CharLink, ...]:
    """Links from the source to the target: the best way over ranges that overlap in the pivot.

    A way counts the product of the confidences of its two links.

    >>> compose_links([(0, 3, 0, 4, 0.5)], [(2, 6, 0, 5, 0.5), (2, 6, 9, 10, 1.0)])
    ((0, 3, 0, 5, 0.25), (0, 3, 9, 10, 0.5))
    """
    onward = sorted(second)
    starts = [link[0] for link in onward]
    longest = max((link[1] - link[0] for link in onward), default=0)
    best: dict[Segment, float] = {}
    for start, end, middle, middle_end, score in first:
        # a range that begins more than `longest` before this one has ended before it
        low, high = bisect_left(starts, middle - longest), bisect_left(starts, middle_end)
        for _, b, c, d, further in islice(onward, low, high):
            if b > middle:
                way = (start, end, c, d)
                best[way] = max(best.get(way, 0.0), score * further)
    return tuple((*way, score) for way, score in sorted(best.items()))


def compose_segments(first: Sequence[Segment], second: Sequence[Segment]) -> tuple[Segment, ...]:
    """Segments from the source to the target; those that share a stretch of the pivot become one.

    A sentence that the first leg made two of, or two that the second took as one:

    >>> compose_segments([(0, 9, 0, 12)], [(0, 5, 0, 4), (6, 12, 5, 9)])
    ((0, 9, 0, 9),)
    >>> compose_segments([(0, 4, 0, 5), (5, 9, 6, 12)], [(0, 12, 0, 9)])
    ((0, 9, 0, 9),)
    """
    made: list[Segment] = []
    group: list[Segment] = []  # of the first leg, over the pivot range that `second` parts cover
    reach = at = 0
    targets: list[Segment] = []
    for segment in first:
        if group and segment[2] >= reach:
            made += _whole(group, targets)
            group, targets = [], []
        group.append(segment)
        reach = max(reach, segment[3])
        while at < len(second) and second[at][0] < reach:
            if second[at][1] > group[0][2]:
                targets.append(second[at])
                reach = max(reach, second[at][1])
            at += 1
    return (*made, *_whole(group, targets))


def _whole(group: Sequence[Segment], targets: Sequence[Segment]) -> list[Segment]:
    if not group or not targets:
        return []
    return [(group[0][0], group[-1][1], targets[0][2], targets[-1][3])]
