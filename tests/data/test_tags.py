"""Tags to spans and back."""

from __future__ import annotations

import doctest

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spanferry.data import tags
from spanferry.data.errors import InputError
from spanferry.data.records import Span
from spanferry.data.tags import Scheme, TagError, flatten, spans_to_tags, tags_to_spans

LABELS = st.sampled_from(["PER", "LOC", "creative-work", "é-Ω"])


def decoded(line: str, scheme: Scheme, **options: object) -> list[tuple[int, int, str]]:
    return [tuple(span) for span in tags_to_spans(line.split(), scheme, **options)]  # type: ignore[arg-type,misc]


@pytest.mark.parametrize(
    ("scheme", "line", "expected"),
    [
        ("iob2", "B-PER I-PER O B-LOC", [(0, 1, "PER"), (3, 3, "LOC")]),
        ("iob2", "B-PER B-PER I-PER", [(0, 0, "PER"), (1, 2, "PER")]),
        ("iob2", "B-creative-work I-creative-work", [(0, 1, "creative-work")]),
        ("iob1", "I-PER I-PER O I-LOC", [(0, 1, "PER"), (3, 3, "LOC")]),
        ("iob1", "I-PER B-PER I-PER I-LOC", [(0, 0, "PER"), (1, 2, "PER"), (3, 3, "LOC")]),
        ("bilou", "B-PER I-PER L-PER U-LOC U-LOC", [(0, 2, "PER"), (3, 3, "LOC"), (4, 4, "LOC")]),
        ("bilou", "B-PER L-PER B-PER L-PER", [(0, 1, "PER"), (2, 3, "PER")]),
        ("iobes", "S-PER B-LOC E-LOC O", [(0, 0, "PER"), (1, 2, "LOC")]),
        ("iobes", "B-PER M-PER E-PER W-LOC", [(0, 2, "PER"), (3, 3, "LOC")]),
        ("io", "I-PER I-PER I-LOC _ I-LOC", [(0, 1, "PER"), (2, 2, "LOC"), (4, 4, "LOC")]),
        ("io", "PER PER O person-actor", [(0, 1, "PER"), (3, 3, "person-actor")]),
        ("iob2", "O _ O", []),
        ("iob2", "", []),
    ],
)
def test_well_formed_tags(scheme: Scheme, line: str, expected: list[object]) -> None:
    assert decoded(line, scheme, repair=False) == expected
    assert decoded(line, scheme) == expected


@pytest.mark.parametrize(
    ("scheme", "line", "repaired", "index"),
    [
        ("iob2", "O I-PER I-PER", [(1, 2, "PER")], 1),
        ("iob2", "I-PER", [(0, 0, "PER")], 0),
        ("iob2", "B-PER I-LOC", [(0, 0, "PER"), (1, 1, "LOC")], 1),
        ("iob1", "O B-PER", [(1, 1, "PER")], 1),
        ("iob1", "I-PER B-LOC", [(0, 0, "PER"), (1, 1, "LOC")], 1),
        ("bilou", "B-PER O", [(0, 0, "PER")], 1),
        ("bilou", "B-PER I-PER", [(0, 1, "PER")], 2),
        ("bilou", "O L-PER L-PER", [(1, 1, "PER"), (2, 2, "PER")], 1),
        ("bilou", "B-PER U-PER", [(0, 0, "PER"), (1, 1, "PER")], 1),
        ("iobes", "I-PER E-PER", [(0, 1, "PER")], 0),
    ],
)
def test_flaws_are_repaired_or_refused(
    scheme: Scheme, line: str, repaired: list[object], index: int
) -> None:
    assert decoded(line, scheme) == repaired
    with pytest.raises(TagError) as caught:
        decoded(line, scheme, repair=False)
    assert (caught.value.reason, caught.value.index) == ("bad_tag", index)


@pytest.mark.parametrize(
    ("scheme", "line", "says"),
    [
        ("iob2", "O L-PER", "'L-PER' is not of the scheme 'iob2'"),
        ("iob2", "O PER", "'PER' is not of the scheme"),
        ("iob2", "O B_PER", "'B_PER' is not of the scheme"),
        ("iob2", "O B", "bare_label"),
        ("iob2", "O B-", "has no label"),
        ("iob2", "O b-per", "'b-per'"),
        ("io", "O B-PER", "not of the scheme 'io'"),
    ],
)
def test_tags_of_another_scheme_are_refused_whatever_repair_says(
    scheme: Scheme, line: str, says: str
) -> None:
    with pytest.raises(TagError, match=says) as caught:
        decoded(line, scheme, repair=True)
    assert (caught.value.reason, caught.value.index) == ("bad_tag", 1)


@pytest.mark.parametrize("scheme", ["iob2", "io"])
def test_an_empty_tag_is_refused(scheme: Scheme) -> None:
    with pytest.raises(InputError) as caught:
        tags_to_spans(["O", ""], scheme)
    assert caught.value.reason == "bad_tag"


def test_bare_label() -> None:
    assert decoded("B I O B", "iob2", bare_label="KEY") == [(0, 1, "KEY"), (3, 3, "KEY")]
    assert decoded("I I O", "io", bare_label="KEY") == [(0, 1, "KEY")]
    assert decoded("B-PER I-PER", "iob2", bare_label="KEY") == [(0, 1, "PER")]


WORDS = [(0, 3), (4, 8), (8, 9), (10, 14)]  # "Ada Love. wrote"-like: the third touches the second


@pytest.mark.parametrize(
    ("spans", "expected", "left_out"),
    [
        ([Span(0, 3, "A", "1"), Span(4, 8, "A", "2")], "B-A B-A O O", []),
        ([Span(5, 7, "A", "1")], "O B-A O O", []),  # an edge inside a word
        ([Span(2, 5, "A", "1")], "B-A I-A O O", []),
        ([Span(4, 8, "IN", "1"), Span(0, 9, "OUT", "2")], "B-OUT I-OUT I-OUT O", ["1"]),
        ([Span(0, 8, "A", "1"), Span(4, 14, "B", "2")], "O B-B I-B I-B", ["1"]),
        ([Span(4, 8, "A", "1"), Span(4, 8, "B", "2")], "O B-A O O", ["2"]),
        ([Span(6, 8, "B", "1"), Span(4, 6, "A", "2")], "O B-A O O", ["1"]),  # the first of two
        ([Span(3, 4, "A", "1")], "O O O O", ["1"]),  # between two words
        ([Span(0, 14, "A", "1", {}, ((0, 3), (10, 14)))], "B-A I-A I-A I-A", []),
    ],
)
def test_spans_that_one_layer_cannot_hold(
    spans: list[Span], expected: str, left_out: list[str]
) -> None:
    assert spans_to_tags(WORDS, spans) == expected.split()
    assert [span.id for span in flatten(WORDS, spans)[1]] == left_out


@st.composite
def layered(draw: st.DrawFn) -> tuple[list[tuple[int, int]], list[Span]]:
    """Words, some of them touching, and spans of whole words that do not overlap."""
    words, position = [], 0
    for _ in range(draw(st.integers(1, 12))):
        start = position + draw(st.integers(0, 2))
        position = start + draw(st.integers(1, 4))
        words.append((start, position))
    spans, index = [], 0
    while index < len(words):
        size = draw(st.integers(0, 3))
        if size:
            last = min(index + size, len(words)) - 1
            spans.append(Span(words[index][0], words[last][1], draw(LABELS), id=f"s{index}"))
            index = last
        index += 1
    return words, spans


@given(layered())
def test_spans_survive_tags(case: tuple[list[tuple[int, int]], list[Span]]) -> None:
    words, spans = case
    found = tags_to_spans(spans_to_tags(words, spans), "iob2", repair=False)
    back = [(words[first][0], words[last][1], label) for first, last, label in found]
    assert back == [(span.start, span.end, span.label) for span in spans]


def encode(spans: list[tuple[int, int, str]], size: int, scheme: str) -> list[str]:
    """An encoder of its own for the schemes that we only read."""
    begin, inside, end, single = list({"bilou": "BILU", "iobes": "BIES", "iob1": "IIII"}[scheme])
    found = ["O"] * size
    for first, last, label in spans:
        kinds = [single] if first == last else [begin, *[inside] * (last - first - 1), end]
        touches = scheme == "iob1" and any(
            (after, name) == (first - 1, label) for _, after, name in spans
        )
        kinds[0] = "B" if touches else kinds[0]
        found[first : last + 1] = [f"{kind}-{label}" for kind in kinds]
    return found


@given(layered(), st.sampled_from(["bilou", "iobes", "iob1"]))
def test_other_schemes_are_read_right(
    case: tuple[list[tuple[int, int]], list[Span]], scheme: Scheme
) -> None:
    words, spans = case
    expected = [tuple(chosen) for chosen, _ in flatten(words, spans)[0]]
    line = encode(expected, len(words), scheme)  # type: ignore[arg-type]
    assert [tuple(span) for span in tags_to_spans(line, scheme, repair=False)] == expected


@given(st.lists(st.sampled_from(["O", "B-A", "I-A", "B-B", "I-B", "L-A", "U-B"]), max_size=12))
def test_repaired_spans_cover_every_labelled_word_once(line: list[str]) -> None:
    found = tags_to_spans(line, "bilou")
    covered = [index for first, last, _ in found for index in range(first, last + 1)]
    assert covered == [index for index, tag in enumerate(line) if tag != "O"]
    for first, last, label in found:
        assert {tag.partition("-")[2] for tag in line[first : last + 1]} == {label}


def test_the_examples_of_the_module() -> None:
    assert doctest.testmod(tags).failed == 0
