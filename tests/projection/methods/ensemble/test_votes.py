"""Votes on a place: what they make of each together."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spanferry.projection.methods.ensemble.votes import SUREST, Vote, likeness, options

ONE, OTHER, NEAR = ((0, 4),), ((10, 14),), ((0, 5),)


@st.composite
def _votes(draw: st.DrawFn) -> Vote:
    cuts = sorted(draw(st.sets(st.integers(0, 12), min_size=2, max_size=4)))
    ranges = tuple(zip(cuts[::2], cuts[1::2], strict=False))
    weight = draw(st.sampled_from([0.5, 1.0, 2.0]))
    return Vote(ranges, draw(st.floats(0, 1)), weight)


@given(st.floats(SUREST, 1 - SUREST))
def test_one_vote_is_as_sure_as_its_member(confidence: float) -> None:
    [option] = options([Vote(ONE, confidence)], 1, "overlap")
    assert option.score == pytest.approx(confidence)


@given(st.floats(0.02, 0.98), st.floats(0.02, 0.98), st.sampled_from([0.5, 1.0, 3.0]))
def test_log_odds_of_equal_votes_add_up(one: float, other: float, weight: float) -> None:
    [option] = options([Vote(ONE, one, weight), Vote(ONE, other)], 2, "exact")
    odds = weight * math.log(one / (1 - one)) + math.log(other / (1 - other))
    assert math.log(option.score / (1 - option.score)) == pytest.approx(odds, abs=1e-6)


@given(st.lists(_votes(), max_size=5), st.sampled_from(["overlap", "exact"]), st.randoms())
def test_the_order_of_votes_has_no_effect(votes, agreement, random) -> None:  # type: ignore[no-untyped-def]
    found = options(votes, 5, agreement)
    random.shuffle(votes)
    assert options(votes, 5, agreement) == found
    assert {option.ranges for option in found} == {vote.ranges for vote in votes}
    assert sum(option.score for option in found) <= 1 + 1e-9
    assert [o.score for o in found] == pytest.approx(sorted((o.score for o in found), reverse=True))


@given(st.lists(_votes(), min_size=1, max_size=4), st.floats(0.6, 1))
def test_a_further_vote_for_a_place_makes_it_likelier(votes: list[Vote], sure: float) -> None:
    place = votes[0].ranges

    def score(given: list[Vote]) -> float:
        return next(o.score for o in options(given, 5, "exact") if o.ranges == place)

    assert score([*votes, Vote(place, sure)]) > score(votes) - 1e-12


def test_two_members_outvote_one_that_is_as_sure_but_not_one_that_is_much_surer() -> None:
    two = [Vote(OTHER, 0.7), Vote(OTHER, 0.7)]
    assert options([Vote(ONE, 0.7), *two], 3, "exact")[0].ranges == OTHER
    assert options([Vote(ONE, 0.95), *two], 3, "exact")[0].ranges == ONE
    assert options([Vote(ONE, 0.7, weight=4), *two], 3, "exact")[0].ranges == ONE


def test_votes_for_nearly_the_same_place_support_one_another() -> None:
    votes = [Vote(ONE, 0.6), Vote(NEAR, 0.5), Vote(OTHER, 0.7)]
    assert options(votes, 3, "exact")[0].ranges == OTHER
    best = options(votes, 3, "overlap")[0]
    assert best.ranges == ONE
    assert (best.same, best.supporters) == (1, 2)
    assert best.told["agreement"] == pytest.approx(1 / 3)
    assert best.told["overlap"] == pytest.approx((1 + 4 / 5) / 3)


def test_a_member_without_a_vote_changes_no_score() -> None:
    votes = [Vote(ONE, 0.6), Vote(OTHER, 0.7)]
    two, five = options(votes, 2, "overlap"), options(votes, 5, "overlap")
    assert [option.score for option in two] == [option.score for option in five]
    assert two[0].told["members"] == 1
    assert five[0].told["members"] == pytest.approx(0.4)


@given(_votes(), _votes())
def test_likeness_is_that_of_sets_of_characters(one: Vote, other: Vote) -> None:
    left, right = ({k for a, b in vote.ranges for k in range(a, b)} for vote in (one, other))
    assert likeness(one.ranges, other.ranges) == pytest.approx(
        len(left & right) / len(left | right)
    )
