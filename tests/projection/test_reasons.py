"""Missing spans and their reasons; scores; what travels with a span."""

from __future__ import annotations

from dataclasses import replace

import pytest

from spanferry.data.records import Span
from spanferry.projection.alignment import AlignmentProjection
from spanferry.projection.base import ProjectionInput, ProjectionMethod
from spanferry.projection.rules import REASONS
from tests.projection.cases import found, pair, project

TWO = ((0, 6, 0, 6), (7, 13, 7, 13))
CASES = {
    "no_words": pair("[Food] .", "", ""),
    "no_links": pair("[Food] was", "Fue", "1-0"),
    "weak_links": pair("[Food]", "comida", "0-0:0.02"),
    "outside_segment": pair("[Oslo] . Rome .", "Roma . Oslo .", "0-2 1-1 2-0 3-3", segments=TWO),
    "claimed": pair("[Chowder] and [Bisque]", "sopa y", "0-0 1-1 2-0:0.5"),
}


def test_every_reason_has_a_case() -> None:
    assert CASES.keys() | {"doubtful"} == REASONS.keys()


@pytest.mark.parametrize("reason", CASES)
def test_reasons(reason: str) -> None:
    assert found(CASES[reason])[-1] == f"-{reason}"


def test_a_span_between_words_has_no_words() -> None:
    item = replace(pair("a [b] c", "x y z", "0-0 1-2"), source_words=((0, 1), (4, 5)))
    assert found(item) == ["-no_words"]


def test_attributes_label_and_ids_travel() -> None:
    item = pair("the [duck] is", "el pato es", "0-0 1-1 2-2")
    source = Span(4, 8, "FOOD", id="e7", attributes={"polarity": "good"})
    (span,) = project(replace(item, spans=(source,))).spans
    assert (span.label, span.id, span.source_span) == ("FOOD", "e7", "e7")
    assert span.attributes == {"polarity": "good"}
    assert span.method == "alignment"
    assert span.fragments == ()


def test_the_score_falls_with_what_is_shared_and_what_is_missing() -> None:
    sure = pair("a [blue duck] is", "un pato azul es", "0-0 1-2 2-1 3-3")
    half = pair("a [blue duck] is", "un pato muy es", "0-0 2-1 3-3", language="xx")
    shared = pair("a [blue duck] is", "un pato azul es", "0-0 1-2 2-1 3-1:0.9")
    weak = pair("a [blue duck] is", "un pato azul es", "0-0 1-2:0.3 2-1:0.3 3-3")
    scores = [project(item).spans[0].score for item in (sure, half, shared, weak)]
    assert 0.95 < scores[0] < 1
    assert all(0 < score < scores[0] - 0.01 for score in scores[1:])


def test_a_span_below_the_least_confidence_is_doubtful() -> None:
    item = pair("a [blue duck] [is]", "un pato azul es", "0-0 1-2:0.3 2-1:0.3 3-3")
    scores = [span.score for span in project(item).spans]
    least = (scores[0] + scores[1]) / 2
    assert scores[0] < least < scores[1]
    projection = project(item, min_confidence=least)
    assert [span.source_span for span in projection.spans] == ["s1"]
    assert [(lost.source_span, lost.reason) for lost in projection.missing] == [("s0", "doubtful")]
    # what is not below it stays
    assert len(project(item, min_confidence=scores[0]).spans) == 2


def test_an_unchanged_text_is_sure() -> None:
    item = pair("the [duck] is", "the duck is", "")
    assert [span.score for span in project(item, min_confidence=1).spans] == [1]


def discontinuous(links: str, target: str) -> ProjectionInput:
    item = pair("[left and right lung] is", target, links)
    return replace(item, spans=(Span(0, 19, "ORGAN", id="s0", fragments=((0, 4), (15, 19))),))


def test_fragments_are_placed_one_by_one() -> None:
    item = discontinuous("0-1 1-2 2-3 3-0 4-4", "pulmón izquierdo y derecho es")
    (span,) = project(item).spans
    # side by side in the translation: one range
    assert item.translation[span.start : span.end] == "pulmón izquierdo"
    assert span.fragments == ()


def test_fragments_stay_apart_where_the_translation_keeps_them_apart() -> None:
    item = discontinuous("0-0 1-1 2-2 3-3 4-4", "izquierdo y derecho pulmón es")
    (span,) = project(item).spans
    assert [item.translation[a:b] for a, b in span.fragments] == ["izquierdo", "pulmón"]
    assert (span.start, span.end) == (span.fragments[0][0], span.fragments[-1][1])


def test_a_lost_fragment_lowers_the_score() -> None:
    whole = project(discontinuous("0-0 1-1 2-2 3-3 4-4", "izquierdo y derecho pulmón es")).spans[0]
    lost = project(discontinuous("0-0 1-1 2-2 4-4", "izquierdo y derecho nada es")).spans[0]
    assert lost.score < whole.score


def test_it_is_a_method() -> None:
    method = AlignmentProjection()
    method.setup()
    assert isinstance(method, ProjectionMethod)
    assert method.info.name == "alignment"
    assert method.project([]) == []


@pytest.mark.parametrize("least", [0.5, 0.99, 0.9999])
def test_no_span_below_the_least_confidence_takes_the_place_of_another(least: float) -> None:
    # `Bisque` would be put where `Chowder` was, which it is even less likely to be
    projection = project(CASES["claimed"], min_confidence=least)
    assert all(span.score >= least for span in projection.spans)
    assert len(projection.spans) + len(projection.missing) == 2
