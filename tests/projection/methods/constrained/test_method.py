"""The whole method over a real model: right spans, every span accounted for, what it costs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spanferry.data.errors import ConfigError
from spanferry.data.records import ProjectedSpan, Span
from spanferry.flows.services import MethodServices
from spanferry.projection.base import ProjectionInput
from spanferry.projection.methods.constrained import ConstrainedMethod
from spanferry.projection.methods.constrained.edges import Edges
from spanferry.projection.methods.proposals import Query
from tests.models.held_out import held_out
from tests.models.language import Pair
from tests.models.marked import Phrase, plain
from tests.projection.drawn import check_promises, inputs
from tests.projection.methods.constrained.conftest import Make, services
from tests.projection.methods.constrained.examples import examples, item


def _names(count: int) -> list[tuple[Pair, list[Phrase]]]:
    """Pairs with several names."""
    found = [(pair, [Phrase(name.source, name.target) for name in pair.names])
             for pair in held_out() if plain(pair) and len(pair.names) > 1]  # fmt: skip
    assert len(found) >= count
    return found[:count]


def _rows(method: ConstrainedMethod, items: list[ProjectionInput]) -> int:
    before = method.services.calls.counts().get("rows", 0)
    method.project(items)
    return method.services.calls.counts()["rows"] - before


def test_it_places_spans_right(make: Make) -> None:
    method = make()
    method.setup()
    chosen = examples(40)
    found = method.project([item(one.pair, [one.phrase]) for one in chosen])
    right = sum(
        (span.start, span.end) == one.phrase.target
        for one, projection in zip(chosen, found, strict=True)
        for span in projection.spans
    )
    assert right >= 34


def test_names_of_a_sentence_are_placed_together(make: Make) -> None:
    chosen = _names(12)
    found = make().project([item(pair, own) for pair, own in chosen])
    right = wanted = 0
    for (pair, own), projection in zip(chosen, found, strict=True):
        check_promises(item(pair, own), projection, ConstrainedMethod.REASONS)
        places = {span.source_span: (span.start, span.end) for span in projection.spans}
        right += sum(places.get(f"s{n}") == one.target for n, one in enumerate(own))
        wanted += len(own)
    assert right >= 0.85 * wanted


def test_a_record_does_not_depend_on_the_batch(make: Make) -> None:
    items = [item(one.pair, [one.phrase]) for one in examples(8)]
    together = make().project(items)
    apart = [make().project([one])[0] for one in reversed(items)][::-1]
    for one, other in zip(together, apart, strict=True):
        assert [replace(span, score=0.0) for span in one.spans] == [
            replace(span, score=0.0) for span in other.spans
        ]
        assert one.missing == other.missing
        assert [span.score for span in one.spans] == pytest.approx(
            [span.score for span in other.spans], abs=1e-4
        )


def test_the_same_range_is_searched_for_once(make: Make) -> None:
    [one] = examples(1)
    method = make()
    alone = _rows(method, [item(one.pair, [one.phrase])])
    both = item(one.pair, [one.phrase, one.phrase])
    assert _rows(method, [both, both]) == alone


def test_a_long_text_costs_what_its_sentences_cost(make: Make) -> None:
    """The span's sentence is searched, wherever it stands."""
    chosen = examples(6)
    method = make()
    [alone] = method.project([item(chosen[3].pair, [chosen[3].phrase])])
    cost = _rows(method, [item(chosen[3].pair, [chosen[3].phrase])])
    whole = _joined([one.pair for one in chosen])
    shift = whole.segments[3]
    start, end = chosen[3].phrase.source
    span = Span(start + shift[0], end + shift[0], "X", "s0")
    whole = replace(whole, spans=(span,))
    assert _rows(method, [whole]) == cost
    [found] = method.project([whole])
    places = [(span.start - shift[2], span.end - shift[2]) for span in found.spans]
    assert places == [(span.start, span.end) for span in alone.spans]


def _joined(pairs: list[Pair]) -> ProjectionInput:
    """Sentences as one text, each a segment."""
    items = [item(pair, []) for pair in pairs]
    segments = []
    at = to = 0
    source_words, target_words = [], []
    for one in items:
        segments.append((at, at + len(one.text), to, to + len(one.translation)))
        source_words += [(a + at, b + at) for a, b in one.source_words]
        target_words += [(a + to, b + to) for a, b in one.target_words]
        at, to = at + len(one.text) + 1, to + len(one.translation) + 1
    return replace(
        items[0], text=" ".join(one.text for one in items),
        translation=" ".join(one.translation for one in items),
        source_words=source_words, target_words=target_words, links=(), segments=tuple(segments),
    )  # fmt: skip


def _one(make: Make, given: ProjectionInput, **settings: object) -> list[str]:
    """The reasons of the spans that are missing."""
    [found] = make(**settings).project([given])
    return [missing.reason for missing in found.missing]


def test_reasons(make: Make) -> None:
    [one] = examples(1)
    plain = item(one.pair, [one.phrase])
    assert _one(make, plain) == []
    bracket = replace(plain, text=f"{plain.text} [1]")
    assert _one(make, bracket) == ["markers_in_text"]
    assert _one(make, replace(plain, translation=f"{plain.translation} ]")) == ["markers_in_text"]
    assert _one(make, bracket, markers=("[ ]", "( )")) != ["markers_in_text"]
    assert _one(make, replace(plain, translation=" ", target_words=())) == ["no_candidates"]
    long = _joined([pair for pair in held_out(60) if "[" not in pair.source + pair.target])
    long = replace(long, segments=(), spans=(replace(plain.spans[0], start=0, end=3),))
    assert _one(make, long) == ["too_long"]
    with pytest.MonkeyPatch.context() as patch:  # as many places as pairs of words are never made
        patch.delattr(Edges, "places")
        assert _one(make, long) == ["too_long"]


def test_a_marker_that_the_model_has_not_is_an_error_at_once(make: Make) -> None:
    with pytest.raises(ConfigError, match="no sub-word of its own for the marker '<<'"):
        make(markers=("[ ]", "<< >>")).setup()
    for wrong in ("[", "[ ] x", "", " "):
        with pytest.raises(ValueError, match="markers"):
            ConstrainedMethod.Settings(markers=(wrong,))


def test_spans_keep_apart_from_those_placed_before(make: Make) -> None:
    one = next(e for e in examples(20) if len(e.pair.target) > e.phrase.target[1])
    given = item(one.pair, [one.phrase, Phrase((0, 1), (0, 1))])
    first = given.spans[1]
    if first.start < given.spans[0].end and given.spans[0].start < first.end:
        pytest.skip("the phrase is at the start")
    placed = ProjectedSpan(*one.phrase.target, "X", "s1", source_span="s1")
    given = replace(given, placed=(placed,))
    [found] = make(min_confidence=0).project([given])
    check_promises(given, found, ConstrainedMethod.REASONS)
    for span in found.spans:
        assert span.end <= placed.start or placed.end <= span.start


def test_words_are_widened_only_where_markers_stand_inside_them(make: Make) -> None:
    chosen = examples(20)
    inside = 0
    for one, found in zip(
        chosen,
        make(boundaries="pieces").project([item(e.pair, [e.phrase]) for e in chosen]),
        strict=True,
    ):
        inside += any((s.start, s.end) == one.phrase.target for s in found.spans)
    assert inside >= 16


@pytest.fixture(scope="module")
def ignorant(family: Callable[[str], Path], model_cache: Path) -> ConstrainedMethod:
    """The method over a model of random weights, which knows no language."""
    chosen = ConstrainedMethod.Settings(max_states=8, markers=("[ ]", "( )"))
    made: MethodServices = services(family("nllb"), model_cache, chosen, target="pt")
    method = ConstrainedMethod(chosen, made)
    method.setup()
    return method


@settings(max_examples=25, deadline=None)
@given(items=st.lists(inputs(), min_size=1, max_size=3))
def test_promises(ignorant: ConstrainedMethod, items: list[ProjectionInput]) -> None:
    for one, projection in zip(items, ignorant.project(items), strict=True):
        check_promises(one, projection, ConstrainedMethod.REASONS)


def test_what_is_told(make: Make) -> None:
    """The markers cost the translation little; another translation's would."""
    chosen = examples(6)
    method = make()
    items = [item(one.pair, [one.phrase]) for one in chosen]
    found = method.propose([Query(n, one, one.spans[0]) for n, one in enumerate(items)])
    for proposals in found:
        assert sum(option.score for option in proposals.options) == pytest.approx(1, abs=1e-4)
        best = proposals.options[0]
        assert best.score == max(option.score for option in proposals.options)
        assert set(best.told) == {"opening", "closing", "cut", "cost"}
        assert abs(best.told["cost"]) < 0.5
        assert best.told["opening"] <= 0
        assert best.told["closing"] <= 0
