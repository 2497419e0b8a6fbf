"""The method `fallback`: what one method misses, the next one places."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from spanferry.data.records import ProjectedSpan, Span
from spanferry.flows.backends import method_for
from spanferry.flows.config import settings_class
from spanferry.flows.method_settings import NESTED
from spanferry.flows.services import Models
from spanferry.projection.alignment import AlignmentProjection
from spanferry.projection.base import ProjectionInput, ProjectionMethod
from spanferry.projection.methods.fallback import FallbackMethod
from spanferry.projection.rules import REASONS, AlignmentSettings
from tests.projection.cases import pair
from tests.projection.drawn import check_promises, inputs

SURE = {"method": "alignment", "min_confidence": 0.9, "likeness": "none"}
ANY = {"method": "alignment", "min_confidence": 0.1, "likeness": "none"}


def method(*members: dict[str, Any]) -> ProjectionMethod:
    models = Models(settings_class("translators", "embedded")())
    return method_for(NESTED.parse(list(members)), "any", models, "en", "es")


@settings(max_examples=20, deadline=None)
@given(items=st.lists(inputs(), min_size=1, max_size=3))
def test_promises(items: list[ProjectionInput]) -> None:
    found = method(SURE, ANY).project(items)
    for item, projection in zip(items, found, strict=True):
        assert projection == method(SURE, ANY).project([item])[0]
        check_promises(item, projection)


@settings(max_examples=25, deadline=None)
@given(item=inputs(), data=st.data())
def test_spans_that_have_a_place_keep_it(item: ProjectionInput, data: st.DataObject) -> None:
    alignment = AlignmentProjection(AlignmentSettings(min_confidence=0, likeness="none"))
    placed = tuple(span for span in alignment.project([item])[0].spans if data.draw(st.booleans()))
    item = replace(item, placed=placed)
    for one in (alignment, method(SURE, ANY)):
        [found] = one.project([item])
        check_promises(item, found)
        assert not {s.source_span for s in found.spans} & {s.source_span for s in placed}


@settings(max_examples=25, deadline=None)
@given(item=inputs())
def test_one_method_alone_is_that_method(item: ProjectionInput) -> None:
    alone = AlignmentProjection(AlignmentSettings(min_confidence=0.9, likeness="none"))
    assert method(SURE).project([item]) == alone.project([item])


def test_the_second_method_places_what_the_first_one_doubts() -> None:
    item = pair(
        "The [food] was great but the [staff] was rude",
        "La comida estuvo genial pero el personal fue grosero",
        "0-0 1-1 2-2 3-3 4-4 5-5 6-6 7-7 8-8",
    )
    doubtful = {**SURE, "min_confidence": 0.999999}
    [first] = method(doubtful).project([item])
    assert [lost.reason for lost in first.missing] == ["doubtful", "doubtful"]
    [both] = method(doubtful, ANY).project([item])
    assert [item.translation[s.start : s.end] for s in both.spans] == ["comida", "personal"]
    assert [span.method for span in both.spans] == ["alignment", "alignment"]


class _Everywhere:
    """A method from outside that heeds nobody: all spans get the whole translation."""

    info = AlignmentProjection().info

    def setup(self) -> None: ...

    def project(self, items: Sequence[ProjectionInput]) -> list[Any]:
        from spanferry.projection.base import Projection

        return [
            Projection(
                tuple(
                    ProjectedSpan(0, len(item.translation), s.label, s.id, source_span=s.id)
                    for s in item.spans
                    if s.id not in {p.source_span for p in item.placed}
                ),
                (),
            )
            for item in items
        ]


def test_a_place_that_is_taken_is_refused() -> None:
    item = pair(
        "The [food] was great but the [staff] was rude",
        "La comida estuvo genial pero el personal fue grosero",
        "0-0 1-1 2-2 3-3 4-4 5-5 6-6 7-7 8-8",
    )
    [done] = AlignmentProjection().project([item])
    found = FallbackMethod.__new__(FallbackMethod)
    found._members = [_Everywhere()]
    [rest] = found.project([replace(item, placed=done.spans[:1])])
    assert [(lost.source_span, lost.reason) for lost in rest.missing] == [
        (item.spans[1].id, "claimed")
    ]
    assert "claimed" in FallbackMethod.REASONS
    assert "claimed" in REASONS


def test_a_span_in_part_goes_to_the_next_method() -> None:
    translation = "pain in his arm hurts, arm"
    item = pair("pain in his [arm] hurts , feet", translation, "0-0 1-1 2-2 3-3 4-4")
    whole = Span(0, len(item.text), "SYMPTOM", "s0", fragments=((0, 4), (25, 29)))
    item = replace(item, spans=(whole,))
    word = {"method": "translate_match", "sources": ["source"], "min_confidence": 0}
    [alone] = method(word).project([item])
    assert [span.method for span in alone.spans] == ["translate_match"]  # `feet` is not there
    [both] = method(word, {**ANY, "min_confidence": 0}).project([item])
    assert [span.method for span in both.spans] == ["alignment"]
    [kept] = method({**word, "partial": True}, ANY).project([item])
    assert [span.method for span in kept.spans] == ["translate_match"]
