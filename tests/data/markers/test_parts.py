"""Sentences, parts of spans in them, and rounds."""

from __future__ import annotations

from spanferry.data.markers.parts import Part, is_all, parts_in, rounds, sentences
from spanferry.data.records import Span


def test_a_clause_over_a_sentences_end_is_cut_there() -> None:
    text = "Then she said that it was late. Then she went home with us. Nobody stayed."
    span = Span(5, 58, "Claim", "s0")
    found = sentences(text, [span], "en")
    assert [text[a:b] for a, b in found] == [
        "Then she said that it was late.", "Then she went home with us.", "Nobody stayed."
    ]  # fmt: skip
    parts = [part for one in found for part in parts_in(text, [span], one)]
    assert [text[p.start : p.end] for p in parts] == [
        "she said that it was late.", "Then she went home with us"
    ]  # fmt: skip
    assert [is_all(text, one, p) for one, p in zip(found[:2], parts, strict=True)] == [False, True]


def test_a_name_with_a_stop_in_it_is_no_two_sentences() -> None:
    text = "They all sang Help! My Dear in the old town."
    name = Span(14, 27, "WORK", "s0")
    assert text[14:27] == "Help! My Dear"
    whole = sentences(text, [name], "en")
    assert len(whole) == 1
    assert len(sentences(text, [], "en")) == 2


def test_fragments_are_parts_of_their_own_and_blanks_are_none() -> None:
    text = "left and right arm"
    span = Span(0, 18, "x", "s0", fragments=((0, 5), (8, 9), (15, 18)))
    assert parts_in(text, [span], (0, 18)) == [Part(0, 0, 0, 4), Part(0, 2, 15, 18)]


def test_rounds() -> None:
    outer, inner, crossing = Part(0, 0, 0, 10), Part(1, 0, 2, 5), Part(2, 0, 4, 12)
    touching = Part(3, 0, 10, 11)
    parts = [inner, outer, crossing, touching]
    assert rounds(parts, keyed=True, most=9) == [[outer, inner, crossing, touching]]
    assert rounds(parts, keyed=False, most=9) == [[outer, touching], [inner], [crossing]]
    assert [len(group) for group in rounds(parts, keyed=True, most=3)] == [3, 1]
