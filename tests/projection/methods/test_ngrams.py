"""N-gram candidates near the aligned place."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from spanferry.projection.alignment import AlignmentProjection, AlignmentSettings
from spanferry.projection.base import ProjectionInput
from spanferry.projection.methods.ngrams import LONGER, UNLINKED, Candidate, near
from spanferry.projection.methods.proposals import Query
from spanferry.projection.pieces import is_unchanged, pieces
from tests.projection.cases import pair
from tests.projection.drawn import inputs

ALIGNMENT = AlignmentProjection(AlignmentSettings(min_confidence=0))


def queries(items: list[ProjectionInput]) -> list[Query]:
    return [
        Query(k, item, piece)
        for k, item in enumerate(items)
        for span in item.spans
        if not is_unchanged(item)
        for piece in pieces(span)
    ]


def texts(item: ProjectionInput, **given: int) -> list[str]:
    return [one.text for one in near(queries([item]), ALIGNMENT, **given)[0]]


@settings(max_examples=15, deadline=None)
@given(items=st.lists(inputs(), min_size=1, max_size=3), most=st.integers(1, 12))
def test_promises(items: list[ProjectionInput], most: int) -> None:
    asked = queries(items)
    found = near(asked, ALIGNMENT, most=most)
    for query, candidates in zip(asked, found, strict=True):
        item = query.item
        # nothing depends on the batch
        assert near([replace(query, record=0)], ALIGNMENT, most=most) == [candidates]
        assert len(candidates) <= most * UNLINKED
        places = [(one.start, one.end) for one in candidates]
        assert len(set(places)) == len(places)
        for one in candidates:
            covered = item.translation[one.start : one.end]
            assert covered
            assert covered == covered.strip()
            assert one.text in covered
            assert item.token_labelled or one.text == covered
        logs = [one.log for one in candidates]
        assert logs == sorted(logs, reverse=True)


def test_more_reach_more_candidates() -> None:
    item = pair("the [red car] stopped here", "el coche rojo se detuvo aquí", "1-2 2-1 3-4 4-5")
    few, many = texts(item, reach=0, most=100), texts(item, reach=3, most=100)
    assert few[0] == many[0] == "coche rojo"
    assert set(few) <= set(many)
    assert len(many) > len(few)
    assert max(len(text.split()) for text in set(many) - set(few)) <= 2 + LONGER


def test_without_links_by_relative_position() -> None:
    item = pair("one two three four five six seven [eight]", "a b c d e f g h", "0-0")
    found = texts(item, most=1)
    assert len(found) == UNLINKED
    assert found[0] == "h"
    assert "a" not in found


def test_only_in_the_translation_of_its_sentence() -> None:
    item = pair("a b . c [d] .", "A B . C D .", "", segments=((0, 5, 0, 5), (6, 11, 6, 11)))
    assert set(texts(item, most=100)) == {"C", "D", "C D"}


def test_no_words() -> None:
    item = replace(pair("a [b]", "…", ""), translation="", target_words=())
    assert near(queries([item]), ALIGNMENT) == [[]]


def test_words_that_are_labelled_are_whole() -> None:
    item = pair("[sushi] here", "sushi. aquí", "0-0 1-1")
    assert near(queries([item]), ALIGNMENT)[0][0].end == len("sushi")
    labelled = replace(item, token_labelled=True)
    best = near(queries([labelled]), ALIGNMENT)[0][0]
    assert best == Candidate(0, len("sushi"), "sushi", best.log)
    joined = pair("[sushi] here", "sushi-aquí bien", "0-0 1-0")
    whole = near(queries([replace(joined, token_labelled=True)]), ALIGNMENT)[0][0]
    assert (whole.start, whole.end) == (0, len("sushi-aquí"))
