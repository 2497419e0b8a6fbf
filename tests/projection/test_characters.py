"""From words to characters."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spanferry.data.records import Offsets
from spanferry.projection.base import ProjectionInput
from spanferry.projection.characters import merged, range_of, widened
from tests.projection.cases import pair, project, words
from tests.strategies import texts


@pytest.mark.parametrize(
    ("text", "part", "wanted"),
    [
        ("co-op shops.", (3, 11), "co-op shops"),
        ("Obama's dog", (0, 5), "Obama's"),
        ("unhappy", (2, 7), "unhappy"),
        # marks alone are no part of the word that is missing
        ("(sushi).", (1, 6), "sushi"),
        ("«red wine»", (1, 9), "red wine"),
        ("red wine", (0, 3), "red"),
    ],
)
def test_widened(text: str, part: Offsets, wanted: str) -> None:
    start, end = widened(text, part, words(text))
    assert text[start:end] == wanted


@given(texts, st.data())
def test_widening_takes_in_and_happens_once(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    wide = widened(text, (start, end), words(text))
    assert wide[0] <= start < end <= wide[1]
    assert widened(text, wide, words(text)) == wide


@given(texts, st.lists(st.tuples(st.integers(0, 30), st.integers(1, 9)), max_size=5))
def test_merged_ranges_have_words_between_them(text: str, drawn: list[tuple[int, int]]) -> None:
    ranges = sorted((a, min(len(text), a + n)) for a, n in drawn if a < len(text))
    found = merged(text, ranges)
    for (_, end), (start, _) in pairwise(found):
        assert text[end:start].strip()
    covered = {place for a, b in ranges for place in range(a, b)}
    again = {place for a, b in found for place in range(a, b)}
    assert covered <= again
    assert all(text[place].isspace() for place in again - covered)


def test_a_token_labelled_span_keeps_whole_words() -> None:
    item = pair("the [EU] citizens", "die „EU-Bürger“", "0-0 1-1 2-1", target_language="de")
    (span,) = item.spans
    for token_labelled, wanted in ((False, "EU"), (True, "EU-Bürger")):
        given = replace(item, token_labelled=token_labelled)
        start, end = range_of(given, span, [1], 1, 1)
        assert item.translation[start:end] == wanted


def test_an_article_is_taken_where_the_span_has_one() -> None:
    item = pair("[The hotel] is", "l'hôtel est", "1-0", target_language="fr")
    (span,) = item.spans
    assert range_of(item, span, [0, 1], 0, 0) == (0, 7)
    assert range_of(item, replace(span, start=4), [1], 0, 0) == (2, 7)


def test_a_span_without_words_of_its_own() -> None:
    item = replace(pair("[Food] was", "comida, era", ""), source_words=((5, 8),))
    assert range_of(item, item.spans[0], [], 0, 0) == (0, 6)


@pytest.mark.parametrize(
    ("source", "target", "links", "wanted"),
    [
        ("the post - [war] years", "os anos pós-guerra", "0-0 1-2 3-2 4-1", "guerra"),
        ("the [post] - war years", "os anos pós-guerra", "0-0 1-2 3-2 4-1", "pós"),
        ("the [post - war] years", "os anos pós-guerra", "0-0 1-2 3-2 4-1", "pós-guerra"),
        ("the [war] years", "os anos pós-guerra", "0-0 1-2 2-1", "pós-guerra"),
    ],
)
def test_words_that_a_tokenizer_cut_at_hyphens(
    source: str, target: str, links: str, wanted: str
) -> None:
    # the tokens `post`, `-` and `war` of one written word
    item = joined(pair(source, target, links, target_language="pt"), " - ", "-")
    (span,) = project(item).spans
    assert item.translation[span.start : span.end] == wanted


def joined(item: ProjectionInput, apart: str, together: str) -> ProjectionInput:
    """The input with its source text rewritten, its words and spans where they were."""
    at = item.text.find(apart)
    if at < 0:
        return item

    def moved(place: int) -> int:
        return place if place <= at else place - 1 if place <= at + 2 else place - 2

    return replace(
        item,
        text=item.text.replace(apart, together),
        source_words=tuple((moved(a), moved(b)) for a, b in item.source_words),
        spans=tuple(replace(s, start=moved(s.start), end=moved(s.end)) for s in item.spans),
    )
