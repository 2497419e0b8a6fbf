"""Hypothesis strategies for what projection is given."""

from __future__ import annotations

import re
from collections.abc import Container
from dataclasses import replace

from hypothesis import strategies as st

from spanferry.data.links import Link
from spanferry.data.records import Offsets, Record, Span, validate
from spanferry.projection.base import Projection, ProjectionInput
from spanferry.projection.pieces import is_unchanged
from spanferry.projection.rules import REASONS
from tests.projection.cases import words
from tests.strategies import records, texts

#: With word vectors (`pt-BR` and `en` too) and without; with stop words and without.
TARGETS = ["es", "zh", "sw", "ar", "de"]


def fine_words(text: str) -> tuple[Offsets, ...]:
    """Letters, marks and what is joined to them each on their own, as a tokenizer splits."""
    return tuple((found.start(), found.end()) for found in re.finditer(r"\w+|[^\w\s]", text))


@st.composite
def links(draw: st.DrawFn, source: int, target: int) -> tuple[Link, ...]:
    """Links of that many words, hard and soft ones."""
    if not source or not target:
        return ()
    ends = st.tuples(st.integers(0, source - 1), st.integers(0, target - 1))
    scores = st.one_of(st.just(1.0), st.floats(0, 1))
    found = draw(st.dictionaries(ends, scores, max_size=25))
    return tuple(Link(s, t, score) for (s, t), score in sorted(found.items()))


@st.composite
def stretches(draw: st.DrawFn, source: int, target: int) -> tuple[tuple[int, int, int, int], ...]:
    """None, or two stretches of both texts, in this order or the other."""
    if source < 2 or target < 2 or draw(st.booleans()):
        return ()
    cut, other = draw(st.integers(1, source - 1)), draw(st.integers(1, target - 1))
    halves = [(0, other), (other, target)]
    if draw(st.booleans()):
        halves.reverse()
    return ((0, cut, *halves[0]), (cut, source, *halves[1]))


@st.composite
def inputs(draw: st.DrawFn) -> ProjectionInput:
    """A record of any characters with any translation and any links."""
    record = draw(records())
    translation = draw(texts)
    split = draw(st.sampled_from([words, words, fine_words]))
    source, target = split(record.text), split(translation)
    return ProjectionInput(
        text=record.text,
        spans=record.spans,
        translation=translation,
        source_words=source,
        target_words=target,
        links=draw(links(len(source), len(target))),
        language=record.language,
        target_language=draw(st.sampled_from(TARGETS)),
        segments=draw(stretches(len(record.text), len(translation))),
        token_labelled=draw(st.booleans()),
    )


@st.composite
def with_others(draw: st.DrawFn) -> ProjectionInput:
    """An input with one or two further sources, each of which knows some of its spans."""
    item = draw(inputs())
    found = []
    for _ in range(draw(st.integers(1, 2))):
        same = draw(st.booleans())  # other links of the same text, or another text
        other = item if same else draw(inputs())
        known: tuple[Span, ...] = item.spans
        if not same:
            pairs = zip(item.spans, other.spans, strict=False)
            known = tuple(replace(there, id=here.id) for here, there in pairs)
        kept = tuple(span for span in known if draw(st.booleans()))
        further = replace(
            other,
            spans=kept,
            translation=item.translation,
            target_words=item.target_words,
            target_language=item.target_language,
            links=draw(links(len(other.source_words), len(item.target_words))),
            segments=(),
        )
        found.append(further)
    return replace(item, others=tuple(found))


def overlap(one: Span, other: Span) -> bool:
    """Whether two spans share a character."""
    return any(a < d and c < b for a, b in one.ranges() for c, d in other.ranges())


def check_promises(
    item: ProjectionInput, projection: Projection, reasons: Container[str] = REASONS
) -> None:
    """What holds of every projection."""
    ends = [span.source_span for span in (*projection.spans, *item.placed)]
    ends += [missing.source_span for missing in projection.missing]
    assert sorted(ends) == sorted(span.id for span in item.spans)
    assert all(missing.reason in reasons for missing in projection.missing)
    # a record with these spans is a valid one: inside the text, none empty, ids unique
    validate(Record(id="1", text=item.translation, spans=projection.spans))
    sources = {span.id: span for span in item.spans}
    # parts of one word that become the whole word
    widened = is_unchanged(item) and item.token_labelled
    for number, span in enumerate(projection.spans):
        assert 0 <= span.score <= 1
        assert span.label == sources[span.source_span].label
        for start, end in span.ranges():
            text = item.translation[start:end]
            assert text
            # a text that is its own translation keeps its spans as they are
            assert text == text.strip() or is_unchanged(item)
        for other in (*item.placed, *projection.spans[:number]):
            if overlap(span, other) and not widened:
                assert overlap(sources[span.source_span], sources[other.source_span])


def as_set(projection: Projection) -> tuple[object, object]:
    """A projection without the order of its spans."""
    spans = {span.id: (span.label, span.ranges(), span.score) for span in projection.spans}
    return spans, {missing.source_span: missing.reason for missing in projection.missing}
