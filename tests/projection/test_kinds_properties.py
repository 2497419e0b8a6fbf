"""What holds for every kind of label: identity on the same text, no order among spans, closure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spanferry.data.links import Link
from spanferry.data.records import Offsets, Record, Relation, Span, validate
from spanferry.projection.base import ProjectionInput
from spanferry.projection.relations import REASONS, project_relations
from tests.projection.cases import words
from tests.projection.drawn import as_set, inputs, with_others
from tests.projection.marked import project, ranges
from tests.projection.test_properties import METHODS
from tests.strategies import names

#: Names, stop words, numbers, marks and clitics, and words that stand in a text more than once.
WORDS = [
    "Ada", "Lima", "the", "of", "in", "a", "1904", "3.5", "wine", "red", "doesn't", "co-op", "U.S.",
    "(", ")", ",", ".", "“", "”", "d'água", "東京", "שלום", "naïve", "C++",
]  # fmt: skip

Ranges = list[tuple[Offsets, ...]]


@st.composite
def of_words(draw: st.DrawFn, text: str, shapes: Callable[[st.DrawFn, int], Ranges]) -> list[Span]:
    """Spans on words of a text; shapes are made of word indexes, ends exclusive."""
    of_text = words(text)
    found = []
    for number, shape in enumerate(shapes(draw, len(of_text))):
        parts = tuple((of_text[a][0], of_text[b - 1][1]) for a, b in shape)
        fragments = parts if len(parts) > 1 else ()
        label = draw(st.sampled_from(["PER", "LOC"]))
        found.append(Span(parts[0][0], parts[-1][1], label, f"s{number}", fragments=fragments))
    return found


def flat(draw: st.DrawFn, size: int) -> Ranges:
    cuts = sorted(draw(st.sets(st.integers(0, size), min_size=2, max_size=6)))
    return [((a, b),) for a, b in pairwise(cuts) if draw(st.booleans())]


def nested(draw: st.DrawFn, size: int) -> Ranges:
    edges = sorted(draw(st.lists(st.integers(0, size), min_size=4, max_size=4)))
    pairs = [(edges[0], edges[3]), (edges[1], edges[2])]
    return [((a, b),) for a, b in pairs if a < b]


def overlapping(draw: st.DrawFn, size: int) -> Ranges:
    pairs = st.tuples(st.integers(0, size), st.integers(0, size))
    return [((min(p), max(p)),) for p in draw(st.lists(pairs, max_size=5)) if p[0] != p[1]]


def discontinuous(draw: st.DrawFn, size: int) -> Ranges:
    """Fragments with a word between them, as fragments without one are one range."""
    found: Ranges = []
    for _ in range(draw(st.integers(1, 2))):
        edges = sorted(draw(st.sets(st.integers(0, size), min_size=4, max_size=4)))
        found.append(((edges[0], edges[1]), (edges[2], edges[3])))
    return found


KINDS = {
    "flat": flat,
    "nested": nested,
    "overlapping": overlapping,
    "discontinuous": discontinuous,
}
sentences = st.lists(st.sampled_from(WORDS), min_size=4, max_size=12).map(" ".join)


def onto_itself(text: str, spans: list[Span], *, token_labelled: bool = False) -> ProjectionInput:
    of_text = words(text)
    return ProjectionInput(
        text=text,
        spans=tuple(spans),
        translation=text,
        source_words=of_text,
        target_words=of_text,
        links=tuple(Link(k, k) for k in range(len(of_text))),
        language="en",
        target_language="en",
        token_labelled=token_labelled,
    )


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_a_text_projected_onto_itself_keeps_its_spans(kind: str, data: st.DataObject) -> None:
    text = data.draw(sentences)
    spans = data.draw(of_words(text, KINDS[kind]))
    token_labelled = data.draw(st.booleans())
    projection = project(onto_itself(text, spans, token_labelled=token_labelled))
    assert projection.missing == ()
    assert ranges(projection.spans) == ranges(spans)
    ends = st.sampled_from([span.id for span in spans]) if spans else st.nothing()
    relations = data.draw(st.lists(st.builds(Relation, ends, ends, names), max_size=3))
    assert project_relations(relations, projection.spans) == (relations, [])


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_a_part_of_a_word_stays_one_where_characters_are_labelled(data: st.DataObject) -> None:
    text = data.draw(sentences)
    long = [(a, b) for a, b in words(text) if text[a:b].isalpha() and b - a > 1]
    if not long:
        return
    start, end = data.draw(st.sampled_from(long))
    first = data.draw(st.integers(start, end - 1))
    last = data.draw(st.integers(first + 1, end))
    (kept,) = project(onto_itself(text, [Span(first, last, "X", "s")])).spans
    assert (kept.start, kept.end) == (first, last)
    (wide,) = project(onto_itself(text, [Span(first, last, "X", "s")], token_labelled=True)).spans
    assert (wide.start, wide.end) == (start, end)


@pytest.mark.parametrize("kind", METHODS)
@settings(max_examples=80, deadline=None)
@given(item=st.one_of(inputs(), with_others()), data=st.data())
def test_the_order_of_spans_changes_nothing(
    kind: str, item: ProjectionInput, data: st.DataObject
) -> None:
    def turned(of: ProjectionInput, order: list[int]) -> ProjectionInput:
        return replace(of, spans=tuple(of.spans[place] for place in order))

    order = data.draw(st.permutations(range(len(item.spans))))
    other = turned(item, order)
    # those that have the same spans stay the same in this, so that their links are taken together
    further = tuple(
        turned(one, order)
        if one.spans == item.spans
        else turned(one, data.draw(st.permutations(range(len(one.spans)))))
        for one in item.others
    )
    one, two = METHODS[kind].project([item, replace(other, others=further)])
    assert as_set(one) == as_set(two)


@pytest.mark.parametrize("kind", METHODS)
@settings(max_examples=50, deadline=None)
@given(item=st.one_of(inputs(), with_others()), data=st.data())
def test_relations_are_closed_and_accounted_for(
    kind: str, item: ProjectionInput, data: st.DataObject
) -> None:
    ends = st.sampled_from([span.id for span in item.spans]) if item.spans else st.nothing()
    relations = data.draw(st.lists(st.builds(Relation, ends, ends, names), max_size=4))
    (projection,) = METHODS[kind].project([item])
    kept, missing = project_relations(relations, projection.spans)
    # ids are unique and both ends of every relation are there, or the record is no valid one
    record = Record("1", item.translation, spans=projection.spans, relations=tuple(kept))
    validate(record)
    sources = {span.id: span.source_span for span in projection.spans}
    back = [Relation(sources[r.head], sources[r.tail], r.label) for r in kept]
    key = repr
    assert sorted([*back, *(relation for relation, _ in missing)], key=key) == sorted(
        relations, key=key
    )
    lost = {span.source_span for span in projection.missing}
    for relation, reason in missing:
        assert reason in REASONS
        assert ("head" in reason, "tail" in reason) == (
            relation.head in lost,
            relation.tail in lost,
        )
