"""Where markers may stand among sub-words, and what they then cover."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from spanferry.data.records import Offsets
from spanferry.projection.base import ProjectionInput
from spanferry.projection.methods.constrained.edges import word_edges
from spanferry.projection.methods.constrained.stretch import marked, stretch_of
from spanferry.projection.services import Pieces
from tests.projection.drawn import inputs

TEXT = "Saw Morton (Lee)."


def _pieces(*tokens: str) -> Pieces:
    """Sub-words of a text and their characters, blanks left out."""
    at, ranges = -1, []
    for token in tokens:
        start = at + token.startswith("\u2581")
        at += len(token)
        ranges.append((start, at))
    return Pieces(tokens, tuple(ranges))


def test_words_of_one_and_of_several_sub_words() -> None:
    pieces = _pieces("\u2581Saw", "\u2581Mor", "ton", "\u2581(", "Lee", ")", ".")
    words = [(0, 3), (4, 10), (11, 12), (12, 15), (15, 16), (16, 17)]
    assert [TEXT[a:b] for a, b in words] == ["Saw", "Morton", "(", "Lee", ")", "."]
    found = word_edges(pieces, words)
    assert found.opens == {0: 0, 1: 1, 3: 2, 4: 3, 5: 4, 6: 5}
    assert found.closes == {1: 0, 3: 1, 4: 2, 5: 3, 6: 4, 7: 5}


def test_a_sub_word_over_an_edge_is_left_whole() -> None:
    pieces = _pieces("\u2581Saw", "\u2581Morton", "\u2581(Lee", ").")
    words = [(0, 3), (4, 10), (11, 12), (12, 15), (15, 16), (16, 17)]
    found = word_edges(pieces, words)
    assert found.opens == {0: 0, 1: 1, 2: 2, 3: 4}
    assert found.closes == {1: 0, 2: 1, 3: 3, 4: 5}
    assert (2, (3, 4)) in found.places()


def test_a_blank_of_its_own_stays_with_the_word_behind_it() -> None:
    found = word_edges(_pieces("\u2581a", "\u2581", "7", "\u2581", "8"), [(0, 1), (2, 3), (4, 5)])
    assert found.opens == {0: 0, 1: 1, 3: 2}
    assert found.closes == {1: 0, 3: 1, 5: 2}


def test_bytes_of_one_character_stay_together() -> None:
    pieces = Pieces(("\u2581", "<0xE2>", "<0x98>", "<0x83>", "\u2581a"), (
        (0, 0), (0, 1), (0, 1), (0, 1), (2, 3)))  # fmt: skip
    found = word_edges(pieces, [(0, 1), (2, 3)])
    assert found.opens == {0: 0, 4: 1}
    assert found.closes == {4: 0, 5: 1}


def test_a_word_that_has_no_sub_word_has_no_place() -> None:
    found = word_edges(_pieces("\u2581a", "\u2581b"), [(0, 1), (5, 6), (9, 10)])
    assert found.opens == {0: 0}
    assert found.closes == {1: 0}
    assert word_edges(Pieces((), ()), [(0, 1)]).places() == ()


@st.composite
def _cuts(draw: st.DrawFn, length: int) -> list[Offsets]:
    places = sorted({0, length, *draw(st.sets(st.integers(0, length), max_size=8))})
    return list(pairwise(places))


@given(data=st.data(), length=st.integers(1, 20))
def test_places_are_never_empty_and_cover_their_words(data: st.DataObject, length: int) -> None:
    pieces = data.draw(_cuts(length))
    words = data.draw(_cuts(length))
    words = [word for word in words if data.draw(st.booleans())] or words
    edges = word_edges(Pieces(("x",) * len(pieces), tuple(pieces)), words)
    for i, ends in edges.places():
        for j in ends:
            assert 0 <= i < j <= len(pieces)
            first, last = words[edges.opens[i]], words[edges.closes[j]]
            assert pieces[i][0] <= first[0]
            assert last[1] <= pieces[j - 1][1]
            assert first[0] <= last[0]
            # no more than the sub-words that reach over the edges
            assert pieces[i][1] > first[0]
            assert pieces[j - 1][0] < last[1]


@settings(max_examples=40, deadline=None)
@given(item=inputs())
def test_the_marked_sentence_has_its_span_between_the_markers(item: ProjectionInput) -> None:
    for span in item.spans:
        for start, end in span.ranges():
            part = replace(span, start=start, end=end, fragments=())
            found = stretch_of(item, part)
            assert found.source[found.start : found.end] == item.text[start:end]
            begin = found.target_start
            assert item.translation[begin : begin + len(found.target)] == found.target
            text = marked(found.source, found.start, found.end, "[", "]")
            before, _, rest = text.partition("[") if "[" not in found.source else ("", "", "")
            if rest and "]" not in found.source:
                assert rest.partition("]")[0].strip() == item.text[start:end].strip()
                assert before.strip() == found.source[: found.start].strip()
