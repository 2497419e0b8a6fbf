"""What is told of a candidate beside its vector."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spanferry.projection.base import ProjectionInput
from spanferry.projection.methods.confidence import features
from spanferry.projection.methods.embedding.features import Spelling, coverage, lengths, rivals
from spanferry.projection.methods.proposals import Proposal, Query
from spanferry.projection.pieces import pieces
from tests.projection.cases import pair
from tests.projection.drawn import inputs


@settings(max_examples=60, deadline=None)
@given(item=inputs(), data=st.data())
def test_coverage_is_that_of_the_confidence(item: ProjectionInput, data: st.DataObject) -> None:
    size = len(item.translation)
    if not item.spans or not size or any(0 < link.score < 1e-6 for link in item.links):
        return  # running sums lose a mass that is next to nothing
    span = pieces(item.spans[0])[0]
    start = data.draw(st.integers(0, size - 1))
    end = data.draw(st.integers(start + 1, size))
    wanted = features(item, span, [Proposal(start, end, 0.5)], 0)
    inside, pure = coverage(Query(0, item, span), [(start, end)])
    assert inside[0] == pytest.approx(wanted["inside"], abs=1e-9)
    assert pure[0] == pytest.approx(wanted["pure"], abs=1e-9)


def test_spelling_is_compared_in_latin_letters() -> None:
    spelling = Spelling("the test")
    pairs = [("Moscow", "Москва"), ("Moscow", "Берлин"), ("Café", "cafe"), ("1984", "1984")]
    moscow, berlin, cafe, year = spelling(pairs)
    assert moscow > berlin
    assert (cafe, year) == (1, 1)
    assert spelling([]) == []


def test_rivals_are_the_stretches_beside_a_span() -> None:
    item = pair("one two [three] four five", "x", "")
    found = {item.text[a:b] for a, b in rivals(Query(0, item, item.spans[0]))}
    assert found == {"two", "two three", "two three four", "three four", "four"}


def test_lengths_are_logarithms_of_the_ratio() -> None:
    item = pair("[abc]", "x", "")
    assert lengths(Query(0, item, item.spans[0]), ["xyz", "x"]).tolist() == pytest.approx(
        [0.0, 0.6931], abs=1e-3
    )
