"""Sentence splitting: tables of cases, protected ranges, and what holds for any text."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spanferry.data.sentences import Newlines, split_sentences, trim


def parts(text: str, language: str = "en", newlines: Newlines = "line") -> list[str]:
    return [text[a:b] for a, b in split_sentences(text, language, newlines=newlines)]


@pytest.mark.parametrize(
    "sentences",
    [
        ["Mr. Smith went.", "He left."],
        ["The U.S. Senate met.", "It voted."],
        ["Use fruit, e.g. this apple.", "Or none."],
        ["J. R. Smith came."],
        ["See Dr. Jones at No. 5 today.", "He knows."],
        ["Rangers vs. Celtic was good.", "Was it?"],
        ["Lt. Gen. Early and Col. Parker fought."],
        ["Fig. 3 shows it.", "See pp. 3-5 as well."],
        ["Smith et al. 2010 did it."],
        ["Bread, cheese etc. and so on.", "Done."],
        ["The hon. member spoke.", "We heard."],
        ["Wait... what?", "No!"],
        ["No more oranges this week...", "Bonfire tonight."],
        ["It costs 3.14 dollars.", "See www.example.com for more."],
        ['He said "Go away."', "Then he left."],
        ["The vote is closed.", "(Applause from the left.)", "Thank you."],
        ["He laughed.", '"This is it", he said.'],
        ["Hold me?", "#nfl is on."],
        ["1. Wash the rice.", "Then boil it."],
        ["He is in the gym, E!, and on MTV."],
        ["the food was great.", "the service was bad."],
        ["😀 great!", "😀😀 wow"],
    ],
    ids=lambda sentences: sentences[0],
)
def test_english(sentences: list[str]) -> None:
    assert parts(" ".join(sentences)) == sentences


@pytest.mark.parametrize(
    ("language", "sentences", "between"),
    [
        ("pt", ["O Sr. Silva foi.", "A Sra. Ana veio."], " "),
        ("de", ["Herr Dr. Müller kam z.B. gestern.", "Er ging."], " "),
        ("zh", ["版本。", "你好！", "吗？"], ""),
        ("ja", ["これは本です。", "あれも。"], ""),
        ("sw", ["Habari.", "Jambo!"], " "),
        ("hi", ["यह है।", "वह है।"], " "),
        ("sr-Latn", ["Dobar dan.", "Kako ste?"], " "),
    ],
)
def test_other_languages(language: str, sentences: list[str], between: str) -> None:
    assert parts(between.join(sentences), language) == sentences


@pytest.mark.parametrize("gap", ["\n", "\r\n", "\n\n", "\n \t\n", "\r", "\u2029"])
def test_a_line_break_ends_a_sentence(gap: str) -> None:
    assert parts(f"A headline{gap}and a line") == ["A headline", "and a line"]


def test_hard_wrapped_text() -> None:
    text = "A sentence over\ntwo lines. Another\r\none.\n\nA new paragraph"
    assert parts(text, newlines="paragraph") == [
        "A sentence over\ntwo lines.",
        "Another\r\none.",
        "A new paragraph",
    ]


def test_never_inside_a_protected_range() -> None:
    text = "The band Wham! Inc. Plays. Tonight\nonly. Come."
    assert parts(text)[0] == "The band Wham!"
    start = text.index("Wham!")
    end = text.index("Plays.") + len("Plays.")
    found = split_sentences(text, protected=[(start, end)])
    assert [text[a:b] for a, b in found] == [
        "The band Wham! Inc. Plays.",
        "Tonight",
        "only.",
        "Come.",
    ]
    over_the_line = (text.index("Tonight"), text.index("only") + 4)
    found = split_sentences(text, protected=[(start, end), over_the_line])
    assert "Tonight\nonly." in [text[a:b] for a, b in found]


def test_empty() -> None:
    assert split_sentences("") == []
    assert split_sentences(" \n\t ") == []


@settings(deadline=None)  # the first call loads spaCy
@given(st.text(alphabet="aB.!?,\"( \n\r\t1。é😀…'", max_size=60), st.data())
def test_all_text_is_covered(text: str, data: st.DataObject) -> None:
    ends = st.integers(0, len(text))
    drawn = data.draw(st.lists(st.tuples(ends, ends), max_size=3))
    protected = [pair for pair in map(tuple, map(sorted, drawn)) if trim(text, *pair) == pair]
    found = split_sentences(text, protected=protected)
    last = 0
    for start, end in found:
        assert not text[last:start].strip()
        assert (start, end) == trim(text, start, end)
        assert start < end
        last = end
    assert not text[last:].strip()
    for start, end in protected:
        if start < end:
            assert any(a <= start and end <= b for a, b in found)
