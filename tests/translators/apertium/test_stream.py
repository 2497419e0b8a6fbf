"""The stream format: what goes in comes out, and words keep their places."""

from __future__ import annotations

import pytest

from spanferry.translators.apertium.stream import analysis, decode, encode, unknown_share


def test_reserved_characters_are_escaped() -> None:
    assert encode("a[b]{c}d$@/<e>\\ *+") == "a\\[b\\]\\{c\\}d\\$\\@\\/\\<e\\>\\\\ *+"


def test_marks_of_later_programs_are_put_in_brackets() -> None:
    assert encode("~a #1") == "[~]a [#]1"


def test_a_caret_has_a_stand_in_that_the_text_does_not_hold() -> None:
    for text in ("a^b", "a^\ue05eb"):
        stream = encode(text)
        assert "^" not in stream
        assert decode(stream, text, ())[0] == text


def test_what_the_engine_cannot_take_becomes_a_blank() -> None:
    assert encode("a\x00b\ud800c\uffff") == "a b c "
    encode("a\x00b\ud800c").encode()


STREAM = "^The/The<det>$ ^red/red<adj>/red<n>$ \\[^Blorb/*Blorb$\\]"


def test_words_have_their_ranges() -> None:
    text = "The red [Blorb]"
    made = analysis(text, STREAM, number=True)
    assert made.exact
    assert [text[w.start : w.end] for w in made.words] == ["The", "red", "Blorb"]
    assert [w.known for w in made.words] == [True, True, False]
    assert made.stream.startswith("[[t:w:0]]^The/")
    assert "\\[[[t:w:2]]^Blorb/" in made.stream
    assert unknown_share(text, made.words) == pytest.approx(1 / 3)


def test_a_blank_that_the_analyser_added_moves_nothing() -> None:
    text = "NASA's plan"
    made = analysis(text, "^NASA/NASA<n>$ ^'s/'s<gen>$ ^plan/plan<n>$", number=False)
    assert made.exact
    assert [text[w.start : w.end] for w in made.words] == ["NASA", "'s", "plan"]


def test_words_of_another_text_are_noticed() -> None:
    assert not analysis("The blue Blorb", STREAM, number=True).exact


def test_links_count_in_the_evened_text() -> None:
    source = "I see the red house now."
    words = analysis(
        source, "^I/I<p>$ ^see/see<v>$ ^the/t<d>$ ^red/r<a>$ ^house/h<n>$ ^now/n<a>$^./.<s>$",
        number=True,
    ).words  # fmt: skip
    stream = (
        " [[t:w:1]]Veo[[/]]  [[t:w:2]]la[[/]] [[t:w:4]]casa[[/]] [[t:w:3]]roja[[/]] [[t:w:6]].[[/]]"
    )
    text, links = decode(stream, source, words)
    assert text == "Veo la casa roja."
    assert [(source[a:b], text[c:d]) for a, b, c, d, _ in links] == [
        ("see", "Veo"), ("the", "la"), ("house", "casa"), ("red", "roja"), (".", "."),
    ]  # fmt: skip


def test_a_contraction_is_linked_to_all_its_words() -> None:
    words = analysis("of the", "^of/of<pr>$ ^the/the<det>$", number=True).words
    text, links = decode("[[t:w:0; t:w:1]]del[[/]]", "of the", words)
    assert text == "del"
    assert links == ((0, 2, 0, 3, 1.0), (3, 6, 0, 3, 1.0))


def test_a_blank_before_a_full_stop_stays_where_the_source_has_one() -> None:
    assert decode("hola .", "hello .", ())[0] == "hola ."
    assert decode("hola .", "hello.", ())[0] == "hola."
