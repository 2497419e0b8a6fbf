"""The filters: their scores and decisions, in tables of cases."""

from __future__ import annotations

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from spanferry.data.errors import ConfigError
from spanferry.data.records import MissingSpan, ProjectedSpan, Record, Span
from spanferry.projection.filters import FILTERS, SCORE_FIELDS, FilterSettings, build
from spanferry.projection.filters.base import ScoreInput, single
from spanferry.projection.filters.complete import CompleteFilter
from spanferry.projection.filters.identical_to_source import IdenticalToSourceFilter
from spanferry.projection.filters.length_ratio import LengthRatioFilter, width
from spanferry.projection.filters.min_span_score import MinSpanScoreFilter


def item(
    text: str,
    translation: str,
    labelled: tuple[str, ...] = (),
    placed: tuple[tuple[str, float], ...] = (),
) -> ScoreInput:
    """`labelled` strings are spans of the text; `placed` ones, with scores, of the translation in
    the same order, and the rest of the spans are missing."""
    spans = []
    for number, part in enumerate(labelled):
        start = text.index(part)
        spans.append(Span(start, start + len(part), "X", id=f"s{number}"))
    projected = []
    for span, (part, score) in zip(spans, placed, strict=False):
        start = translation.index(part)
        end = start + len(part)
        projected.append(ProjectedSpan(start, end, "X", span.id, score=score, source_span=span.id))
    missing = tuple(MissingSpan(span.id, "no_link") for span in spans[len(placed) :])
    record = Record("1", text, spans=tuple(spans))
    return ScoreInput(record, translation, "es", tuple(projected), missing, ())


ADA = "Ada met Bob."


@pytest.mark.parametrize(
    ("placed", "score", "accepted"),
    [((("Ada", 0.9), ("Bob", 0.2)), 1.0, True), ((("Ada", 0.9),), 0.5, False), ((), 0.0, False)],
)
def test_complete(placed: tuple[tuple[str, float], ...], score: float, accepted: bool) -> None:
    made = CompleteFilter()
    assert made.score([item(ADA, "Ada vio a Bob.", ("Ada", "Bob"), placed)]) == [score]
    assert made.accept(score) is accepted
    assert CompleteFilter(required=False).accept(score)


@pytest.mark.parametrize(
    ("placed", "score"),
    [((("Ada", 0.75), ("Bob", 0.25)), 0.25), ((("Ada", 0.75),), 0.75), ((), None)],
)
def test_min_span_score(placed: tuple[tuple[str, float], ...], score: float | None) -> None:
    made = MinSpanScoreFilter(0.5)
    assert made.score([item(ADA, "Ada vio a Bob.", ("Ada", "Bob"), placed)]) == [score]
    assert made.accept(score) is (score is None or score >= 0.5)


@pytest.mark.parametrize("name", list(FILTERS))
def test_not_applicable_is_accepted(name: str) -> None:
    made = {each.name: each for each in build(FilterSettings(min_span_score=1.0))}[name]
    assert made.accept(None)


@settings(deadline=None)
@given(st.floats(0, 1))
def test_a_score_that_equals_the_threshold_passes_from_memory_and_from_the_file(t: float) -> None:
    made = MinSpanScoreFilter(t)
    stored = pa.array([t], pa.float32()).to_pylist()[0]
    assert made.accept(t)
    assert made.accept(stored)


def test_a_threshold_is_rounded_as_scores_are() -> None:
    assert single(0.7) < 0.7
    assert MinSpanScoreFilter(0.7).accept(single(0.7))


@pytest.mark.parametrize(
    ("text", "translation", "score", "accepted"),
    [
        ("Yum!", "¡Una maravilla!", 25 / 14, True),
        ("OK", "De acuerdo", 20 / 12, True),
        ("x" * 90, "y" * 30, 0.4, True),
        ("x" * 90, "y" * 29, 0.39, False),
        ("x" * 90, "y" * 240, 2.5, True),
        ("x" * 90, "y" * 241, 2.51, False),
        # 10 wide characters count as 20
        ("a" * 20, "東" * 10, 1.0, True),
        ("  padded  ", "padded", 1.0, True),
    ],
)
def test_length_ratio(text: str, translation: str, score: float, accepted: bool) -> None:
    made = LengthRatioFilter()
    (found,) = made.score([item(text, translation)])
    assert found == pytest.approx(score)
    assert made.accept(found) is accepted
    assert LengthRatioFilter(None).accept(found)


@pytest.mark.parametrize("bounds", [(0.0, 1.0), (2.0, 1.0), (-1.0, 1.0), (float("nan"), 1.0)])
def test_length_ratio_refuses_bad_bounds(bounds: tuple[float, float]) -> None:
    with pytest.raises(ConfigError, match=r"filter\.length_ratio"):
        LengthRatioFilter(bounds)
    with pytest.raises(ValidationError, match="0 < low <= high"):
        FilterSettings(length_ratio=bounds)


@settings(deadline=None)
@given(st.text())
def test_width_is_between_one_and_two_a_character(text: str) -> None:
    assert len(text.strip()) <= width(text) <= 2 * len(text.strip())


@pytest.mark.parametrize(
    ("text", "translation", "labelled", "placed", "score"),
    [
        ("The room was cold.", "The room was cold.", (), (), 1.0),
        ("The room was cold.", "the  ROOM was cold .", (), (), 1.0),
        ("The room was cold.", "Cold was the room.", (), (), 1.0),
        ("The room was cold.", "La habitación estaba fría.", (), (), 0.0),
        # "bar" is 3 of 11 letters in the source, 3 of 10 in the translation
        ("bar is far off", "ein bar weit", (), (), 3 / 11),
        # nothing but a name, numbers, punctuation: no opinion
        ("Ada Lovelace, 1815-1852", "Ada Lovelace, 1815-1852", ("Ada Lovelace",), (), None),
        ("3.14 (2024) ...", "3.14 (2024) ...", (), (), None),
        ("Hotel", "Hotel", (), (), None),
        # a missing span does not hide that nothing was translated
        ("Ada wrote letters", "Ada wrote letters", ("Ada",), (), 1.0),
        # the name stays, as it should; the rest is translated
        ("Ada wrote letters", "Ada escribió cartas", ("Ada",), (("Ada", 1.0),), 0.0),
        # no spaces: every character is a word
        ("部屋は寒い", "部屋は寒い", (), (), 1.0),
        ("كانت الغرفة باردة", "كانت الغرفة باردة", (), (), 1.0),
    ],
)
def test_identical_to_source(
    text: str,
    translation: str,
    labelled: tuple[str, ...],
    placed: tuple[tuple[str, float], ...],
    score: float | None,
) -> None:
    made = IdenticalToSourceFilter()
    (found,) = made.score([item(text, translation, labelled, placed)])
    assert found == (None if score is None else pytest.approx(score))
    assert made.accept(found) is (score != 1.0)
    assert IdenticalToSourceFilter(rejected=False).accept(found)


@settings(max_examples=30, deadline=None)
@given(st.text(), st.text(), st.floats(0, 1))
def test_scores_are_single_precision_and_blind_to_settings(a: str, b: str, t: float) -> None:
    given_item = item(a, b)
    strict = FilterSettings(min_span_score=t, length_ratio=(0.9, 1.1))
    lax = FilterSettings(complete=False, min_span_score=0, length_ratio=None)
    for one, other in zip(build(strict), build(lax), strict=True):
        scores = one.score([given_item])
        assert scores == other.score([given_item])
        assert other.accept(scores[0]) or other.name == "identical_to_source"
        assert pa.array(scores, pa.float32()).to_pylist() == scores


def test_build_gives_all_filters_with_their_columns() -> None:
    made = build(FilterSettings(complete=False, length_ratio=None, identical_to_source=False))
    assert [(each.name, each.rule()) for each in made] == [
        ("complete", "off"),
        ("identical_to_source", "off"),
        ("length_ratio", "off"),
        ("min_span_score", "at least 0.3"),
        ("min_tag_score", "off"),
        ("min_round_trip", "off"),
    ]
    assert [name for name, _ in SCORE_FIELDS] == [each.column for each in made]
    assert all(kind == pa.float32() for _, kind in SCORE_FIELDS)
    assert [each.name for each in made] == list(FILTERS)
    assert set(FILTERS) == set(FilterSettings.model_fields)
    assert all("\n" not in each.description for each in made)


@pytest.mark.parametrize(
    "wrong",
    [
        {"min_span_score": 1.5},
        {"min_span_score": -0.1},
        {"min_round_trip": 40},
        {"min_tag_score": 90},
        {"fluency": True},
    ],
)
def test_settings_refuse_what_they_do_not_know(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        FilterSettings(**wrong)
