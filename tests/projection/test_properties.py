"""What holds for any input: nothing is lost, offsets are exact, spans keep apart."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from spanferry.aligners.embedded.likeness import EmbeddedLikeness
from spanferry.data.links import Link
from spanferry.data.records import Span
from spanferry.projection.alignment import AlignmentProjection
from spanferry.projection.base import ProjectionInput
from spanferry.projection.combine import combined
from spanferry.projection.rules import AlignmentSettings
from tests.projection.cases import words
from tests.projection.drawn import check_promises, inputs, with_others
from tests.strategies import texts

METHODS = {"bare": AlignmentProjection()}
if EmbeddedLikeness.installed():
    METHODS["likeness"] = AlignmentProjection(likeness=EmbeddedLikeness(), links="embedded")


@pytest.mark.parametrize("kind", METHODS)
@settings(max_examples=80, deadline=None)
@given(items=st.lists(st.one_of(inputs(), with_others()), min_size=1, max_size=3))
def test_promises(kind: str, items: list[ProjectionInput]) -> None:
    method = METHODS[kind]
    projections = method.project(items)
    assert len(projections) == len(items)
    for item, projection in zip(items, projections, strict=True):
        assert projection == method.project([item])[0]
        check_promises(item, projection)


@pytest.mark.parametrize("kind", METHODS)
@settings(max_examples=40, deadline=None)
@given(item=with_others(), data=st.data())
def test_the_order_of_other_sources_changes_nothing(
    kind: str, item: ProjectionInput, data: st.DataObject
) -> None:
    assume(item.text != item.translation)  # unchanged: not looked at at all
    turned = replace(item, others=tuple(data.draw(st.permutations(item.others))))
    item, turned = combined(item), combined(turned)
    # a doubtful span would lose its candidates
    likeness = EmbeddedLikeness() if kind == "likeness" else None
    method = AlignmentProjection(AlignmentSettings(min_confidence=0), likeness=likeness)
    found = method.place([replace(item, others=()), item, turned])
    alone, one, other = ([part for group in groups for part in group] for groups in found)
    for own, mine, yours in zip(alone, one, other, strict=True):
        assert mine.pairs.tolist() == yours.pairs.tolist()
        assert mine.logs == pytest.approx(yours.logs)
        if len(own.pairs):  # its own candidates are those that the others are asked about
            assert mine.pairs.tolist() == own.pairs.tolist()


@pytest.mark.parametrize("kind", METHODS)
@settings(max_examples=40, deadline=None)
@given(text=texts)
def test_a_text_translated_by_itself_keeps_its_spans(kind: str, text: str) -> None:
    ranges = words(text)
    plain = [k for k, (a, b) in enumerate(ranges) if re.fullmatch(r"[^\W_]+", text[a:b])]
    item = ProjectionInput(
        text=text,
        spans=tuple(Span(*ranges[k], "X", id=f"s{k}") for k in plain),
        translation=text,
        source_words=ranges,
        target_words=ranges,
        links=tuple(Link(k, k) for k in range(len(ranges))),
        target_language="xx",
        language="xx",
    )
    (projection,) = METHODS[kind].project([item])
    assert projection.missing == ()
    assert [(s.start, s.end) for s in projection.spans] == [ranges[k] for k in plain]
