"""What the generator reads and writes."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from spanferry.data.records import Span
from spanferry.projection.methods.tprojection.form import (
    in_order,
    parse,
    source_text,
    tag_name,
    tag_names,
    target_text,
)

labels = st.one_of(
    st.sampled_from(["PER", "LOC", "cell line", "a/b", "a.b", "</x>", "s", "pad", "extra_id_0"]),
    st.text(),
)
plain = st.text(st.characters(exclude_characters="<>"), min_size=1).map(str.strip)
spans = st.lists(st.tuples(labels, plain.filter(lambda text: text not in ("", "[None]"))))


@settings(max_examples=50, deadline=None)
@given(spans=spans)
def test_what_is_written_is_read(spans: list[tuple[str, str]]) -> None:
    names = tag_names(label for label, _ in spans)
    found = parse(target_text(spans, names), names)
    # labels whose names are alike share their spans
    assert set(spans) <= set(found)
    if len(set(names.values())) == len(names):
        assert found == spans


@settings(max_examples=50, deadline=None)
@given(label=labels)
def test_names_are_tags(label: str) -> None:
    assert not set("<>/ \n") & set(tag_name(label))


def test_labels_may_share_a_name() -> None:
    names = tag_names(["a b", "a/b"])
    assert parse("<a_b>x</a_b>", names) == [("a b", "x"), ("a/b", "x")]


def test_own_names() -> None:
    names = tag_names(["PER", "CHEM"], {"CHEM": "Chemical"})
    assert source_text("Ada saw zinc .", ["PER", "CHEM", "PER"], names) == (
        "Ada saw zinc . <Person>[None]</Person><Chemical>[None]</Chemical><Person>[None]</Person>"
    )


def test_outputs_that_are_not_whole() -> None:
    names = {"LOC": "Location", "PER": "Person"}
    for output, found in {
        "</Person>Ada</Person>": [],
        "<Person>Ada</Location>": [],
        "<Person>Ada": [],
        "<Person>S <Person>Ada</Person>": ["Ada"],
        "<Person>Ada</Person></Person>": ["Ada"],
        "<Person>Ada</Person> y <Person>Bo</Person>": ["Ada", "Bo"],
        "<Person>Ada</Person><extra_id_18><Person>Ada</Person></s>": ["Ada", "Ada"],
        "<Person>[None]</Person><Person> </Person>": [],
        "<Other>Ada</Other>": [],
        "<Person>a < b</Person>": ["a < b"],
        "": [],
    }.items():
        assert [text for _, text in parse(output, names)] == found, output
    assert parse("<Person>Ada</Person>", {}) == []


def test_nested_and_broken_spans_in_order() -> None:
    broken = Span(0, 20, "B", "b", fragments=((0, 4), (15, 20)))
    inner, outer = Span(6, 9, "I", "i"), Span(6, 14, "O", "o")
    found = [(one.label, one.start, one.end) for one in in_order([inner, broken, outer])]
    assert found == [("B", 0, 4), ("O", 6, 14), ("I", 6, 9), ("B", 15, 20)]
