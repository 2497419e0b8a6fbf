"""Where generated candidates stand in a translation."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from spanferry.projection.base import ProjectionInput
from spanferry.projection.methods.tprojection.find import occurrences
from tests.projection.cases import pair
from tests.projection.drawn import inputs


def found(text: str, item: ProjectionInput, **more: bool) -> list[str]:
    everything = (0, len(item.translation))
    return [item.translation[a:b] for a, b in occurrences(text, item, everything, **more)]


def item(translation: str) -> ProjectionInput:
    return pair("x", translation, "")


def test_every_place() -> None:
    assert occurrences("el", item("el el , el."), (0, 11)) == [(0, 2), (3, 5), (8, 10)]
    assert occurrences("a a", item("a a a"), (0, 5)) == [(0, 3), (2, 5)]
    assert occurrences("el", item("el el , el."), (2, 8)) == [(3, 5)]


def test_as_written_first() -> None:
    assert found("Texas", item("texas Texas")) == ["Texas"]
    assert found("Texas", item("texas TEXAS")) == ["texas", "TEXAS"]


def test_between_the_edges_of_words() -> None:
    assert found("ara", item("ara para aras ara-ara l'ara")) == ["ara", "ara", "ara", "ara"]
    chinese = replace(item("我在北京"), target_words=((0, 1), (1, 2), (2, 4)))
    assert found("北京", chinese) == ["北京"]
    assert found("在北", chinese) == []
    # a vowel sign goes on with the word
    assert found("क", item("कि क")) == ["क"]


def test_marks_and_blanks_may_differ() -> None:
    assert found('"New York"', item("in New York, ya")) == ["New York"]
    assert found("New  York", item("in New\nYork")) == ["New\nYork"]
    assert found("U.S.", item("the US army")) == ["US"]
    assert found("...", item("a ... b")) == ["..."]
    assert found("!!", item("a ... b")) == []


def test_parts_of_words() -> None:
    turkish = item("Ankarada kar")
    assert found("Ankara", turkish) == []
    assert found("Ankara", turkish, parts_of_words=True) == ["Ankara"]
    assert found("kar", item("karlar"), parts_of_words=True) == []  # too short to tell
    inner = item("der Kunstherzfehler")
    assert found("Herz", inner, parts_of_words=True) == ["herz"]
    assert found("Herz", replace(inner, token_labelled=True), parts_of_words=True) == []


@settings(max_examples=25, deadline=None)
@given(one=inputs(), data=st.data())
def test_words_are_found(one: ProjectionInput, data: st.DataObject) -> None:
    if not one.target_words:
        return
    first = data.draw(st.integers(0, len(one.target_words) - 1))
    last = data.draw(st.integers(first, len(one.target_words) - 1))
    place = (one.target_words[first][0], one.target_words[last][1])
    text = one.translation[slice(*place)]
    for parts in (False, True):
        places = occurrences(text, one, (0, len(one.translation)), parts_of_words=parts)
        assert place in places
        assert places == sorted(set(places))
