"""Marks that come through as they were are found where they are, whatever they are round."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spanferry.data.markers.forms import fitting, form
from spanferry.data.markers.insert import insert
from spanferry.data.markers.parts import Part, rounds
from spanferry.data.markers.read import Place, read, settle
from tests.strategies import texts

TEXT = "The old staff of the small hotel near the harbour were lovely and kind to us"
WORDS = TEXT.split()


@st.composite
def ranges(draw: st.DrawFn) -> list[tuple[int, int]]:
    """Ranges of whole words, any of which may overlap."""
    found = []
    for _ in range(draw(st.integers(1, 40))):
        first = draw(st.integers(0, len(WORDS) - 1))
        last = draw(st.integers(first, len(WORDS) - 1))
        start = len(" ".join(WORDS[:first])) + bool(first)
        found.append((start, len(" ".join(WORDS[: last + 1]))))
    return found


@settings(max_examples=60, deadline=None)
@given(chosen=ranges(), name=st.sampled_from(["xml", "tags", "numbered"]))
def test_marks_with_keys_may_overlap_nest_and_be_equal(
    chosen: list[tuple[int, int]], name: str
) -> None:
    text = TEXT
    marked = insert(text, chosen, form(name))
    reading = read(marked, marked.text, "en")
    assert reading.text == text
    assert [(p.start, p.end, p.sure) for p in reading.places if isinstance(p, Place)] == [
        (*one, 1.0) for one in chosen
    ]
    assert reading.intact() == len(chosen)


@settings(max_examples=40, deadline=None)
@given(chosen=ranges())
def test_brackets_keep_rounds_apart(chosen: list[tuple[int, int]]) -> None:
    text = TEXT
    parts = [Part(k, 0, *one) for k, one in enumerate(chosen)]
    groups = rounds(parts, keyed=False, most=26)
    assert sorted(part.span for group in groups for part in group) == list(range(len(chosen)))
    for group in groups:
        marked = insert(text, [(part.start, part.end) for part in group], form("brackets"))
        reading = settle(read(marked, marked.text, "en"), marked)
        assert reading.text == text
        for part, place in zip(group, reading.places, strict=True):
            assert isinstance(place, Place)
            same = text[part.start : part.end]
            assert text[place.start : place.end] == same


@settings(max_examples=60, deadline=None)
@given(text=texts, data=st.data())
def test_nothing_breaks_whatever_comes_back(text: str, data: st.DataObject) -> None:
    """Any text, any marks, any answer: places lie in the text and are not blank."""
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    if not text[start:end].strip():
        return
    own = fitting(form(data.draw(st.sampled_from(["xml", "brackets", "numbered"]))), text)
    if own is None:
        return
    marked = insert(text, [(start, end)] * (2 if own.keyed else 1), own)
    pieces = data.draw(st.permutations([marked.text[k : k + 3] for k in range(0, 60, 3)]))
    for answer in (marked.text, "".join(pieces), data.draw(texts)):
        language = data.draw(st.sampled_from(["es", "fr", "zh", "tr"]))
        reading = settle(read(marked, answer, language), marked)
        for place in reading.places:
            if isinstance(place, Place):
                assert 0 <= place.start < place.end <= len(reading.text)
                assert reading.text[place.start : place.end].strip()
                assert 0 < place.sure <= 1


@pytest.mark.parametrize(
    ("answer", "wanted"),
    [
        ("La música y el [personal]", {"staff": "personal"}),
        ("La [música] y el [personal]", {"staff": "personal", "music": "música"}),
        ("El [personal] y la [música]", {"staff": "personal", "music": "música"}),
        ("Nada", {}),
        ("El [personal], la [música] y la [comida]", {"staff": "personal", "music": "música"}),
    ],
)
def test_brackets_are_told_apart_by_what_they_are_round(
    answer: str, wanted: dict[str, str]
) -> None:
    text = "The staff and the music"
    marked = insert(text, [(4, 9), (18, 23)], form("brackets"))
    alone = {"staff": "personal", "music": "música"}
    reading = settle(read(marked, answer, "es"), marked, alone)
    found = {
        part.covered: reading.text[place.start : place.end]
        for part, place in zip(marked.parts, reading.places, strict=True)
        if isinstance(place, Place)
    }
    assert found == wanted
    assert "[" not in reading.text


def test_all_phrases_are_matched_together_and_not_the_first_above_a_threshold() -> None:
    """The first rule of the published matcher gives `casa roja` to `house`, and `red house` none:
    it takes the first translation that is more than half alike."""
    marked = insert("a house, a red house", [(2, 7), (11, 20)], form("brackets"))
    alone = {"house": "casa", "red house": "casa roja"}
    reading = settle(read(marked, "una [casa roja], una [casa]", "es"), marked, alone)
    places = [p for p in reading.places if isinstance(p, Place)]
    assert [reading.text[p.start : p.end] for p in places] == ["casa", "casa roja"]


def test_equal_phrases_keep_their_order() -> None:
    marked = insert("wine, fish, wine", [(0, 4), (6, 10), (12, 16)], form("brackets"))
    alone = {"wine": "vino", "fish": "pez"}
    reading = settle(read(marked, "[vino], [pez], [vino]", "es"), marked, alone)
    assert [p.start for p in reading.places if isinstance(p, Place)] == [0, 6, 11]
