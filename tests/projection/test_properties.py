"""What holds for any input: nothing is lost, offsets are exact, spans keep apart."""

from __future__ import annotations

import re

from hypothesis import given, settings
from hypothesis import strategies as st

from spanferry.data.links import Link
from spanferry.data.records import Record, Span, validate
from spanferry.projection.alignment import AlignmentProjection
from spanferry.projection.base import ProjectionInput
from spanferry.projection.rules import REASONS, AlignmentSettings
from tests.projection.cases import words
from tests.strategies import records, texts


@st.composite
def inputs(draw: st.DrawFn) -> ProjectionInput:
    record = draw(records())
    translation = draw(texts)
    source, target = words(record.text), words(translation)
    ends = st.tuples(st.integers(0, len(source) - 1), st.integers(0, len(target) - 1))
    links = draw(st.dictionaries(ends, st.floats(0, 1), max_size=25))
    return ProjectionInput(
        text=record.text,
        spans=record.spans,
        translation=translation,
        source_words=source,
        target_words=target,
        links=tuple(Link(s, t, score) for (s, t), score in sorted(links.items())),
        language=record.language,
        target_language=draw(st.sampled_from(["es", "zh", "sw", "ar"])),
    )


def overlap(one: Span, other: Span) -> bool:
    return any(a < d and c < b for a, b in one.ranges() for c, d in other.ranges())


@settings(max_examples=300, deadline=None)
@given(st.lists(inputs(), min_size=1, max_size=3))
def test_promises(items: list[ProjectionInput]) -> None:
    # all spans count as clauses, so that the widest reach is tried
    method = AlignmentProjection(AlignmentSettings(clause_words=1))
    projections = method.project(items)
    assert len(projections) == len(items)
    for item, projection in zip(items, projections, strict=True):
        assert projection == method.project([item])[0]
        ends = [span.source_span for span in projection.spans]
        ends += [missing.source_span for missing in projection.missing]
        assert sorted(ends) == sorted(span.id for span in item.spans)
        assert {missing.reason for missing in projection.missing} <= REASONS.keys()
        # a record with these spans is a valid one
        validate(Record(id="1", text=item.translation, spans=projection.spans))
        sources = {span.id: span for span in item.spans}
        for number, span in enumerate(projection.spans):
            assert 0 <= span.score <= 1
            assert span.label == sources[span.id].label
            text = item.translation[span.start : span.end]
            assert text == text.strip()
            for other in projection.spans[:number]:
                if overlap(span, other):
                    assert overlap(sources[span.id], sources[other.id])


@settings(max_examples=60, deadline=None)
@given(texts)
def test_a_text_translated_by_itself_keeps_its_spans(text: str) -> None:
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
    (projection,) = AlignmentProjection().project([item])
    assert projection.missing == ()
    assert [(s.start, s.end) for s in projection.spans] == [ranges[k] for k in plain]
