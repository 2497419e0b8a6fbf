"""Symmetrization: against the paper's pseudo-code written out, and what must always hold."""

from __future__ import annotations

import random
import time
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spanferry.aligners.symmetrize import Pair, Symmetrization, symmetrize
from spanferry.data.errors import ConfigError

SIZE = 7
links = st.sets(st.tuples(st.integers(0, SIZE - 1), st.integers(0, SIZE - 1)), max_size=24)
METHODS = get_args(Symmetrization)


def slow(forward: set[Pair], reverse: set[Pair], *, last: str) -> set[Pair]:
    """The pseudo-code of the IWSLT 2005 description, line by line, over the whole grid."""
    neighbours = [(-1, 0), (0, -1), (1, 0), (0, 1), (-1, -1), (-1, 1), (1, -1), (1, 1)]
    grid = range(SIZE)
    # e is a word of the target, f one of the source, as in the paper
    e2f, f2e = ({(e, f) for f, e in direction} for direction in (reverse, forward))
    found = e2f & f2e

    def e_has(e: int) -> bool:
        return any(a == e for a, _ in found)

    def f_has(f: int) -> bool:
        return any(b == f for _, b in found)

    while True:
        size = len(found)
        for e in grid:
            for f in grid:
                if (e, f) not in found:
                    continue
                for de, df in neighbours:
                    new = (e + de, f + df)
                    if (not e_has(new[0]) or not f_has(new[1])) and new in e2f | f2e:
                        found.add(new)
        if len(found) == size:
            break
    for direction in (e2f, f2e) if last else ():
        for e in grid:
            for f in grid:
                free = (not e_has(e), not f_has(f))
                if (all(free) if last == "and" else any(free)) and (e, f) in direction:
                    found.add((e, f))
    return {(f, e) for e, f in found}


@given(links, links)
def test_equal_to_the_pseudo_code(forward: set[Pair], reverse: set[Pair]) -> None:
    assert symmetrize(forward, reverse, "grow-diag") == slow(forward, reverse, last="")
    assert symmetrize(forward, reverse, "grow-diag-final") == slow(forward, reverse, last="or")
    assert symmetrize(forward, reverse, "grow-diag-final-and") == slow(forward, reverse, last="and")


@given(links, links)
def test_methods_are_ordered(forward: set[Pair], reverse: set[Pair]) -> None:
    made = {method: symmetrize(forward, reverse, method) for method in METHODS}
    assert made["intersection"] == forward & reverse
    assert made["union"] == forward | reverse
    assert made["forward"] == forward
    assert made["reverse"] == reverse
    assert made["intersection"] <= made["grow-diag"] <= made["grow-diag-final-and"]
    assert made["grow-diag"] <= made["grow-diag-final"] <= made["union"]
    assert made["grow-diag-final-and"] <= made["union"]
    # of a word that has any link in either direction, `final` leaves one
    assert {s for s, _ in made["grow-diag-final"]} == {s for s, _ in made["union"]}
    assert {t for _, t in made["grow-diag-final"]} == {t for _, t in made["union"]}


@given(links, links, st.sampled_from(METHODS))
def test_the_arguments_are_left_alone_and_their_order_does_not_matter(
    forward: set[Pair], reverse: set[Pair], method: Symmetrization
) -> None:
    before = (set(forward), set(reverse))
    shuffled = list(forward)
    random.Random(1).shuffle(shuffled)
    expected = symmetrize(forward, reverse, method)
    assert symmetrize(iter(shuffled), iter(reverse), method) == expected
    expected.add((-1, -1))
    assert (forward, reverse) == before


@given(links, st.sampled_from(METHODS))
def test_two_equal_directions_stay_as_they_are(same: set[Pair], method: Symmetrization) -> None:
    assert symmetrize(same, same, method) == same


def test_a_link_added_behind_is_visited_in_the_next_sweep() -> None:
    # (2, 2) adds (1, 1), which comes before it; that one adds (0, 0) afterwards
    both = {(2, 2)}
    assert symmetrize(both | {(1, 1), (0, 0)}, both, "grow-diag") == {(0, 0), (1, 1), (2, 2)}


def test_the_visiting_order_decides() -> None:
    # next to (1, 1): (1, 0) takes target 0 and (0, 1) takes source 0, which leaves none for (0, 0)
    assert symmetrize({(1, 1), (0, 1), (1, 0), (0, 0)}, {(1, 1)}, "grow-diag") == {
        (1, 1), (0, 1), (1, 0),
    }  # fmt: skip
    # `final` goes through the links from target to source first
    assert symmetrize({(0, 0)}, {(0, 1)}, "grow-diag-final-and") == {(0, 1)}
    assert symmetrize({(0, 1)}, {(0, 0)}, "grow-diag-final-and") == {(0, 0)}
    # and by target words: (1, 0) before (0, 1) and (1, 1)
    assert symmetrize({(1, 1), (0, 1), (1, 0)}, set(), "grow-diag-final-and") == {(1, 0), (0, 1)}


def test_an_unknown_method_is_named() -> None:
    with pytest.raises(ConfigError, match="'grow'; allowed: intersection, union, forward"):
        symmetrize([], [], "grow")  # type: ignore[arg-type]


def test_time_grows_with_the_links_not_with_the_grid() -> None:
    def cost(words: int) -> float:
        ahead = {(k, k) for k in range(words)} | {(k, k + 1) for k in range(0, words, 3)}
        back = {(k, k) for k in range(0, words, 2)} | {(k + 1, k) for k in range(0, words, 5)}
        best = []
        for _ in range(3):
            start = time.process_time()
            symmetrize(ahead, back, "grow-diag-final-and")
            best.append(time.process_time() - start)
        return min(best)

    cost(100)
    # forty times the words: over the grid it would be 1,600 times the time
    assert cost(8000) < 300 * max(cost(200), 1e-5)
