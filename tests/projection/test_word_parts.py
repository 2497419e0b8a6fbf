"""Spans on a part of a word, where characters are labelled."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spanferry.projection.word_parts import narrow
from tests.projection.cases import found, pair, words


def part(source: str, target: str) -> str:
    """The part of the target for `[...]` of the source; the span reaches over all of the target."""
    start, end = source.index("["), source.index("]") - 1
    text = source.replace("[", "").replace("]", "")
    touched = [(a, b) for a, b in words(text) if a < end and b > start]
    theirs = words(target)
    first, last = narrow(
        target,
        theirs[0][0],
        theirs[-1][1],
        [theirs[0], theirs[-1]],
        source=text,
        covered=(start, end),
        source_words=[touched[0], touched[-1]],
    )
    return target[first:last]


@pytest.mark.parametrize(
    ("source", "target", "wanted"),
    [
        # the whole word is a piece of a compound
        ("the [EU]", "EU-Bürger", "EU"),
        ("the [NATO]", "Nicht-NATO-Staat", "NATO"),
        ("[東京]", "東京-大阪", "東京"),
        # another case is another word, two of them are none
        ("the [us]", "US-Bürger", "US-Bürger"),
        ("the [EU]", "EU-EU-Gipfel", "EU-EU-Gipfel"),
        # a piece of both
        ("[Paris]-based", "Paris-basiert", "Paris"),
        ("[Merkel]'s", "Merkels", "Merkel"),
        ("[English]-speaking", "englisch-sprachig", "englisch"),
        ("non-[Greek]", "μη-ελληνικός", "ελληνικός"),
        ("[anti]-war", "анти-военный", "анти"),
        # clitics: the stem is the same
        ("ver[lo]", "lo", "lo"),
        ("[Obama]’s", "Обама", "Обама"),
        # as many words on both sides
        ("[New York]-based", "New York-basiert", "New York"),
        ("pro-[New York]", "pro-New York", "New York"),
        # the whole of a word with marks around it stays whole
        ("“[sushi]”", "sushi", "sushi"),
        # `ß` is two letters
        ("[groß]-x", "grosstadt", "gross"),
        ("x[ss]b", "xß", "ß"),
        # vowel signs and accents do not part a word
        ("[Paris]-based", "किताब", "किताब"),
        ("[a]-b", "be\u0301s", "be\u0301s"),
        # letters in the middle of a word are there by chance, and so may two at its edge be
        ("[US]-based", "Russland", "Russland"),
        ("[US]-based", "Bonus", "Bonus"),
        ("[US]-based", "Bonus-US", "US"),
        ("[Fund]-based", "Kohäsionsfund", "fund"),
        ("[a]-b", "दिल्ली-आधारित", "दिल्ली"),
        # both ends of the span lie in one word, the other way round
        ("x-[op ab]-y", "ab-op", "ab-op"),
    ],
)
def test_parts(source: str, target: str, wanted: str) -> None:
    assert part(source, target) == wanted


@pytest.mark.parametrize(
    ("source", "target", "links", "wanted"),
    [
        ("the [EU] citizens came", "die EU-Bürger kamen", "0-0 1-1 2-1 3-2", "EU"),
        ("a [Paris]-based firm", "eine Paris-basierte Firma", "0-0 1-1 2-2", "Paris"),
        ("the [EU]-wide plan", "der EU-weite Plan", "0-0 1-1 2-2", "EU"),
    ],
)
def test_in_a_sentence(source: str, target: str, links: str, wanted: str) -> None:
    assert found(pair(source, target, links, target_language="de")) == [wanted]


letters = st.text(st.sampled_from("abßİé\u0301-’'कि東 "), min_size=1, max_size=12)


@settings(max_examples=300, deadline=None)
@given(letters, letters, st.data())
def test_a_part_is_never_empty_and_never_more(text: str, source: str, data: st.DataObject) -> None:
    ours, theirs = words(source), words(text)
    if not ours or not theirs:
        return
    i, j = sorted(data.draw(st.tuples(*[st.integers(0, len(ours) - 1)] * 2)))
    k, m = sorted(data.draw(st.tuples(*[st.integers(0, len(theirs) - 1)] * 2)))
    start = data.draw(st.integers(ours[i][0], ours[i][1] - 1))
    end = data.draw(st.integers(max(start, ours[j][0]) + 1, ours[j][1]))
    first, last = narrow(
        text,
        theirs[k][0],
        theirs[m][1],
        [theirs[k], theirs[m]],
        source=source,
        covered=(start, end),
        source_words=[ours[i], ours[j]],
    )
    assert theirs[k][0] <= first < last <= theirs[m][1]
