"""The method `ensemble`: members vote, and every span is accounted for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spanferry.data.errors import ConfigError
from spanferry.data.records import MissingSpan, ProjectedSpan
from spanferry.flows.backends import method_for
from spanferry.flows.config import settings_class
from spanferry.flows.method_settings import method_settings
from spanferry.flows.services import Models
from spanferry.projection.alignment import AlignmentProjection
from spanferry.projection.base import Projection, ProjectionInput
from spanferry.projection.methods.ensemble import EnsembleMethod
from spanferry.projection.methods.ensemble.choice import choose
from spanferry.projection.methods.ensemble.votes import Vote, options
from spanferry.projection.pieces import is_unchanged
from spanferry.projection.rules import AlignmentSettings
from tests.projection.cases import pair
from tests.projection.drawn import check_promises, inputs

ONE: dict[str, Any] = {"method": "alignment", "likeness": "none"}
#: Another opinion: marks and stop words count fully, words without links cost nothing.
OTHER: dict[str, Any] = {
    **ONE,
    "minor_weight": 1.0,
    "unlinked_cost": 0.0,
    "completion": 0.0,
    "weights": "embedded",
}

ALONE = AlignmentProjection(AlignmentSettings(likeness="none"))


def ensemble(*members: dict[str, Any], **given: Any) -> EnsembleMethod:
    wanted = method_settings("ensemble").model_validate(
        {"min_confidence": 0.0, **given, "methods": list(members)}
    )
    models = Models(settings_class("translators", "embedded")())
    made = method_for(wanted, "any", models, "en", "es")
    assert isinstance(made, EnsembleMethod)
    made.setup()
    return made


@cache
def equal(number: int) -> EnsembleMethod:
    """So many equal members."""
    return ensemble(*([ONE] * number))


@cache
def two(votes: int = 1, *, turned: bool = False) -> EnsembleMethod:
    """Two members that differ."""
    return ensemble(*([OTHER, ONE] if turned else [ONE, OTHER]), min_votes=votes)


def places(projection: Projection) -> tuple[dict[str, object], set[str]]:
    """The ranges of the spans, and the ids of those that are missing."""
    missing = {missing.source_span for missing in projection.missing}
    return {span.source_span: span.ranges() for span in projection.spans}, missing


@settings(max_examples=25, deadline=None)
@given(item=inputs())
def test_one_member_is_that_member_and_so_are_equal_ones(item: ProjectionInput) -> None:
    alone = ALONE.project([item])[0]
    for number in (1, 3):
        assert places(equal(number).project([item])[0]) == places(alone)


@settings(max_examples=25, deadline=None)
@given(items=st.lists(inputs(), min_size=1, max_size=2), votes=st.integers(1, 2))
def test_promises_whatever_the_order_and_the_batch(
    items: list[ProjectionInput], votes: int
) -> None:
    found = two(votes).project(items)
    assert two(votes, turned=True).project(items) == found
    for item, projection in zip(items, found, strict=True):
        assert two(votes).project([item]) == [projection]
        check_promises(item, projection, EnsembleMethod.REASONS)


@settings(max_examples=15, deadline=None)
@given(item=inputs(), data=st.data())
def test_spans_that_have_a_place_keep_it(item: ProjectionInput, data: st.DataObject) -> None:
    alone = ALONE.project([item])[0]
    placed = tuple(span for span in alone.spans if data.draw(st.booleans()))
    item = replace(item, placed=placed)
    check_promises(item, two().project([item])[0], EnsembleMethod.REASONS)


class Says:
    """A method from outside that puts spans where it is told to."""

    info = AlignmentProjection().info

    def __init__(self, places: Mapping[str, tuple[tuple[int, int], ...]], score: float) -> None:
        self.places, self.score = places, score

    def setup(self) -> None: ...

    def project(self, items: Sequence[ProjectionInput]) -> list[Projection]:
        return [self._project(item) for item in items]

    def _project(self, item: ProjectionInput) -> Projection:
        spans = [
            ProjectedSpan(
                ranges[0][0], ranges[-1][1], "X", id, fragments=ranges if len(ranges) > 1 else (),
                score=self.score, source_span=id,
            )
            for id, ranges in self.places.items()
        ]  # fmt: skip
        lost = [MissingSpan(s.id, "no_links") for s in item.spans if s.id not in self.places]
        return Projection(tuple(spans), tuple(lost))


def of_members(*members: Says, **given: Any) -> EnsembleMethod:
    made = ensemble(*([ONE] * len(members)), **given)
    made._members = list(members)
    return made


ITEM = pair("The [food] and the [staff]", "La comida y el personal", "1-1 4-4")
FOOD, STAFF, THE_FOOD = ((3, 9),), ((15, 23),), ((0, 9),)


def test_most_votes_win_and_agreement_makes_sure() -> None:
    right = {"s0": FOOD, "s1": STAFF}
    members = [Says(right, 0.6), Says({"s0": THE_FOOD, "s1": STAFF}, 0.7), Says(right, 0.6)]
    [found] = of_members(*members).project([ITEM])
    assert places(found) == (right, set())
    food, staff = found.spans
    assert staff.score > food.score


def test_what_nobody_places_and_what_too_few_support_is_missing() -> None:
    members = [Says({"s0": FOOD}, 0.9), Says({"s0": THE_FOOD}, 0.8)]
    [found] = of_members(*members, min_votes=2).project([ITEM])
    assert places(found) == ({"s0": FOOD}, {"s1"})
    assert found.missing == (MissingSpan("s1", "no_votes"),)
    [found] = of_members(*members, min_votes=2, agreement="exact").project([ITEM])
    assert set(found.missing) == {MissingSpan("s0", "disputed"), MissingSpan("s1", "no_votes")}


def test_members_do_not_put_spans_over_one_another() -> None:
    members = [Says({"s0": FOOD, "s1": STAFF}, 0.6), Says({"s1": FOOD}, 0.8)]
    [found] = of_members(*members).project([ITEM])
    assert places(found) == ({"s0": FOOD, "s1": STAFF}, set())


def test_a_discontinuous_place_is_one_option() -> None:
    apart = ((0, 2), (10, 11))
    members = [Says({"s0": apart}, 0.8), Says({"s0": apart}, 0.8), Says({"s0": THE_FOOD}, 0.9)]
    [found] = of_members(*members).project([ITEM])
    assert found.spans[0].fragments == apart
    assert (found.spans[0].start, found.spans[0].end) == (0, 11)


def test_a_span_may_lie_in_the_gap_of_another() -> None:
    ballots = [options([Vote(((0, 2), (10, 11)), 0.8)], 1, "exact"),
               options([Vote(FOOD, 0.8)], 1, "exact")]  # fmt: skip
    assert choose(ITEM, ITEM.spans, ballots) == [0, 0]
    met = [ballots[0], options([Vote(((1, 4),), 0.8)], 1, "exact")]
    assert choose(ITEM, ITEM.spans, met) == [None, 0]


def test_the_error_of_a_member_is_an_error_of_the_ensemble() -> None:
    class Broken(Says):
        def project(self, items: Sequence[ProjectionInput]) -> list[Projection]:
            raise ConfigError("the server is gone")

    with pytest.raises(ConfigError, match="the server is gone"):
        of_members(Says({}, 1), Broken({}, 1)).project([ITEM])


def test_members_may_be_ensembles_and_lists() -> None:
    inner = {"method": "ensemble", "methods": [ONE, OTHER]}
    found = ensemble(inner, {"method": [ONE, OTHER]}, OTHER).project([ITEM])
    assert places(found[0]) == ({"s0": FOOD, "s1": STAFF}, set())


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"weights": [1.0]}, "project.weights: 1 weights for 2 methods"),
        ({"weights": {"markers": 2.0}}, "no method of the ensemble is called 'markers'"),
        ({"min_votes": 3}, "project.min_votes: 3, but there are only 2 methods"),
    ],
)
def test_settings_that_do_not_fit_the_members(given: dict[str, Any], told: str) -> None:
    with pytest.raises(ConfigError, match=told):
        ensemble(ONE, OTHER, **given)


def test_weights_by_name_and_by_place() -> None:
    assert ensemble(ONE, OTHER, weights={"alignment": 2.0})._weights == (2.0, 2.0)
    assert ensemble(ONE, OTHER, weights=[2.0, 0.5])._weights == (2.0, 0.5)


def test_a_text_that_is_its_own_translation_keeps_its_spans() -> None:
    item = replace(ITEM, translation=ITEM.text, target_words=ITEM.source_words)
    assert is_unchanged(item)
    [found] = ensemble(ONE, OTHER).project([item])
    assert places(found)[0] == {span.id: span.ranges() for span in item.spans}


def test_info_names_every_member() -> None:
    info = ensemble(ONE, OTHER).info
    assert info.revision.count("alignment") == 2
