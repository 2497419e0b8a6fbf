"""Links and segments of two translations in a row, against the plain definitions."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from spanferry.translators.base import CharLink, Segment
from spanferry.translators.compose_links import compose_links, compose_segments


@st.composite
def some_links(draw: st.DrawFn) -> list[CharLink]:
    def ends() -> tuple[int, int]:
        start = draw(st.integers(0, 12))
        return start, start + draw(st.integers(1, 5))

    number = draw(st.integers(0, 6))
    return [(*ends(), *ends(), draw(st.sampled_from([0.25, 0.5, 1.0]))) for _ in range(number)]


@given(some_links(), some_links())
def test_links_are_the_best_ways_over_overlapping_ranges(
    first: list[CharLink], second: list[CharLink]
) -> None:
    best: dict[Segment, float] = {}
    for a, b, c, d, p in first:
        for e, f, g, h, q in second:
            if c < f and e < d:
                best[a, b, g, h] = max(best.get((a, b, g, h), 0.0), p * q)
    assert compose_links(first, second) == tuple((*way, p) for way, p in sorted(best.items()))


@st.composite
def ranges(draw: st.DrawFn, number: int, gap: int = 1) -> list[tuple[int, int]]:
    """Ranges in order with gaps between them."""
    made, at = [], 0
    for _ in range(number):
        at += draw(st.integers(0, gap))
        made.append((at, at := at + draw(st.integers(1, 4))))
    return made


@given(st.data())
def test_segments_cover_both_texts_in_order(data: st.DataObject) -> None:
    pivots = data.draw(st.lists(st.integers(1, 4), min_size=1, max_size=12))
    # the pivot text is cut in two ways, each at some of the same and some other places
    edges = [0]
    for size in pivots:
        edges.append(edges[-1] + size)

    def cuts() -> list[tuple[int, int]]:
        inner = data.draw(st.sets(st.sampled_from(edges[1:-1]))) if len(edges) > 2 else set()
        return list(pairwise([0, *sorted(inner), edges[-1]]))

    one, other = cuts(), cuts()
    sources = data.draw(ranges(len(one)))
    targets = data.draw(ranges(len(other)))
    first = [(*a, *b) for a, b in zip(sources, one, strict=True)]
    second = [(*a, *b) for a, b in zip(other, targets, strict=True)]
    made = compose_segments(first, second)
    shared = {end for _, end in one} & {end for _, end in other}
    assert len(made) == len(shared)  # as fine as both cuts allow, and no finer
    assert {(a, c) for a, _, c, _ in made} >= {(sources[0][0], targets[0][0])}
    assert (made[-1][1], made[-1][3]) == (sources[-1][1], targets[-1][1])
    for (_, b, _, d), (a, _, c, _) in pairwise(made):
        assert b <= a
        assert d <= c


def test_where_segments_are_not_known_nothing_is_made_up() -> None:
    assert compose_segments([], [(0, 5, 0, 5)]) == ()
    assert compose_segments([(0, 5, 0, 5)], []) == ()
