"""Links of several aligners for one pair of texts: their evidence adds up first.

The mean of the links of simalign and mgiza, hard as both are, is a soft alignment in which what
both say counts twice what one says. On opinion targets en-es (test) F1 is 98.2 with both, 96.9 and
93.4 with one of them; without word vectors 95.1, 95.4 and 88.2: a weak aligner may cost a little.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from spanferry.data.links import Link
from spanferry.projection.base import ProjectionInput


def combined(item: ProjectionInput) -> ProjectionInput:
    """The input with the mean of its links and of those of `others` that have the same text."""
    same = [other for other in item.others if _is_same(item, other)]
    if not same:
        return item
    rest = tuple(other for other in item.others if not _is_same(item, other))
    links = mean_links([item.links, *(other.links for other in same)])
    return replace(item, links=links, others=rest)


def mean_links(found: Sequence[Sequence[Link]]) -> tuple[Link, ...]:
    """The mean score of each link over several sets; 0 where a set does not have it.

    >>> mean_links([[Link(0, 0)], [Link(0, 0), Link(1, 1, 0.5)]])
    (Link(source=0, target=0, score=1.0), Link(source=1, target=1, score=0.25))
    """
    total: dict[tuple[int, int], float] = {}
    for links in found:
        for link in links:
            ends = (link.source, link.target)
            total[ends] = total.get(ends, 0.0) + link.score / len(found)
    return tuple(Link(*ends, min(1.0, score)) for ends, score in sorted(total.items()))


def _is_same(item: ProjectionInput, other: ProjectionInput) -> bool:
    return (
        item.text == other.text
        and item.spans == other.spans
        and tuple(item.source_words) == tuple(other.source_words)
    )
