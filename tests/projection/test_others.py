"""Several sources of one translation: what they say adds up."""

from __future__ import annotations

from dataclasses import replace
from itertools import permutations

import pytest

from spanferry.data.records import Span
from spanferry.projection.alignment import AlignmentProjection
from spanferry.projection.base import ProjectionInput
from spanferry.projection.ranking import Ranking
from tests.projection.cases import found, pair, project
from tests.projection.test_properties import METHODS

TARGET = "wolle , fluss , brugg , turmm ."
#: A ranking by evidence alone, so that the cases do not hang on how the shipped one was fitted.
EVIDENCE = Ranking({"evidence": 1.0}, {"odds": 1.0})


def source(text: str, links: str, language: str) -> ProjectionInput:
    return pair(text, TARGET, links, language=language, target_language="xx")


#: Each links the span to a wrong word more than to the right one, each to another one.
ENGLISH = source(
    "wool , river , [bridges] , tower .", "1-1 2-2 3-3 4-0:0.8 4-4:0.1 5-5 6-6 7-7", "en"
)
FRENCH = source(
    "laine , fleuve , [ponts] , tour .", "0-0 1-1 2-2 3-3 4-6:0.8 4-4:0.1 5-5 7-7", "fr"
)
ITALIAN = source(
    "lana , fiume , [ponti] , torre .", "0-0 1-1 3-3 4-2:0.8 4-4:0.1 5-5 6-6 7-7", "it"
)


def test_weak_sources_are_right_together() -> None:
    method = AlignmentProjection(models={False: EVIDENCE, True: EVIDENCE})

    def placed(item: ProjectionInput) -> str:
        (span,) = method.project([item])[0].spans
        return item.translation[span.start : span.end]

    assert [placed(item) for item in (ENGLISH, FRENCH, ITALIAN)] == ["wolle", "turmm", "fluss"]
    # two that differ are right together, and so are three
    assert placed(replace(ENGLISH, others=(FRENCH,))) == "brugg"
    assert placed(replace(ENGLISH, others=(FRENCH, ITALIAN))) == "brugg"


def test_sources_that_agree_make_it_surer() -> None:
    scores = [
        project(replace(ENGLISH, others=others)).spans[0].score
        for others in ((), (FRENCH,), (FRENCH, ITALIAN))
    ]
    assert scores[0] < scores[2]


@pytest.mark.parametrize("method", METHODS.values(), ids=METHODS)
def test_their_order_changes_nothing(method: AlignmentProjection) -> None:
    items = [
        replace(first, others=tuple(rest))
        for first, *rest in permutations((ENGLISH, FRENCH, ITALIAN))
    ]
    spans = [method.project([item])[0].spans for item in items]
    # the first is the text whose spans these are; the others may come in any order
    for one, other in zip(spans[::2], spans[1::2], strict=True):
        assert [span.ranges() for span in one] == [span.ranges() for span in other]
        assert one[0].score == pytest.approx(other[0].score, abs=1e-12)


def test_a_source_that_lacks_a_span_says_nothing_of_it() -> None:
    both = pair("[duck] and [wine]", "pato y vino", "0-0:0.6 0-2:0.4 1-1 2-2")
    other = pair("[canard] et [vin]", "pato y vino", "0-0 1-1 2-2", language="fr")
    lacking = replace(other, spans=other.spans[:1])
    scores = {
        name: [span.score for span in project(replace(both, others=others)).spans]
        for name, others in {"none": (), "both": (other,), "one": (lacking,)}.items()
    }
    assert scores["one"][0] == scores["both"][0] > scores["none"][0]
    assert scores["one"][1] == scores["none"][1]


def test_a_span_without_links_is_placed_by_others() -> None:
    item = pair("the [duck] is", "el pato es", "0-0 1-1 2-2")
    item = replace(item, links=())
    other = pair("le [canard] est", "el pato es", "1-1", language="fr", target_language="xx")
    assert found(item) == ["-no_links"]
    assert found(replace(item, others=(other,))) == ["pato"]
    # also where the text has no word for it
    without = replace(item, source_words=((0, 3), (9, 11)), links=())
    assert found(without) == ["-no_words"]
    assert found(replace(without, others=(other,))) == ["pato"]


def test_ids_that_only_another_source_has_are_left_out() -> None:
    item = pair("the [duck] is", "el pato es", "0-0 1-1 2-2")
    more = (*item.spans, Span(0, 2, "Y", id="other"))
    other = replace(item, text="le canard est", language="fr", spans=more)
    projection = project(replace(item, others=(other,)))
    assert [span.source_span for span in projection.spans] == ["s0"]
    assert projection.missing == ()


def test_fragments_count_only_where_there_are_as_many() -> None:
    item = pair("a [duck] is", "un pato es", "0-0 1-1 2-2")
    split = Span(0, 8, "X", id="s0", fragments=((0, 1), (5, 8)))
    other = replace(item, text="x yz abc", language="xx", spans=(split,))
    other = replace(other, source_words=((0, 1), (2, 4), (5, 8)))
    assert project(replace(item, others=(other,))) == project(item)


def test_links_of_several_aligners_are_one_mean() -> None:
    one = pair("see [bridges] now", TARGET, "1-4", target_language="xx")
    two = replace(one, links=pair("see [bridges] now", TARGET, "1-0:0.5 1-4").links)
    mean = pair("see [bridges] now", TARGET, "1-0:0.25 1-4", target_language="xx")
    assert project(replace(one, others=(two,))) == project(mean)


def test_further_links_change_nothing_of_an_unchanged_text() -> None:
    item = pair("the [duck] of [[Porto]]", "the duck of Porto", "0-0 1-1 2-2 3-3")
    noisy = replace(item, links=pair("the duck of Porto", "the duck of Porto", "1-3 3-1").links)
    assert project(replace(item, others=(noisy,))) == project(item)
    assert found(item) == ["duck", "Porto", "Porto"]
