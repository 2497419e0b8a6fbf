"""Tokens to running text with offsets."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spanferry.data.readers.tokens import Joiner, locate

ENGLISH = Joiner("en")


@pytest.mark.parametrize(
    ("tokens", "text"),
    [
        ("I do n't know .", "I don't know."),
        ("I don 't know .", "I don't know."),
        ("She 's here ( see below ) , is n’t she ?", "She's here (see below), isn’t she?"),
        ("It cost $ 5 , or 10 % of it .", "It cost $5, or 10% of it."),
        ('He said " go " and left .', 'He said "go" and left.'),
        ("`` Go , '' he said .", "``Go,'' he said."),
        ("“ Go , ” he said …", "“Go,” he said…"),
        ("( “ Go ” ) and « Stop » .", "(“Go”) and «Stop»."),
        ('Why not ? "', 'Why not?"'),
        ("( 'Hello", "('Hello"),
        ('" Go ," he said', '"Go," he said'),
        ("She said 'Hello", "She said 'Hello"),
        ("The Jones ' house", "The Jones' house"),
        ("I 'm gon na go", "I'm gonna go"),
        ("so happy :) ; really ;)", "so happy :); really ;)"),
        ("@paulwalk see #tag http://x.y/z?a=1", "@paulwalk see #tag http://x.y/z?a=1"),
        ("&lt; A &amp; B", "&lt; A &amp; B"),
        ("a @-@ b", "a @-@ b"),
        ("one", "one"),
    ],
)
def test_english_reads_like_english(tokens: str, text: str) -> None:
    assert ENGLISH.join(tokens.split(" "))[0] == text


def test_tokens_with_white_space_inside() -> None:
    tokens = ["It", "costs", "1 000", "\u00a0", "€", "."]
    text, offsets = ENGLISH.join(tokens)
    assert [text[start:end] for start, end in offsets] == tokens
    assert text.startswith("It costs 1 000 ")


@pytest.mark.parametrize(
    ("language", "tokens", "text"),
    [
        ("fr", ["l'", "ami", "(", "Paul", ")"], "l'ami (Paul)"),
        ("de-AT", ["Ja", ",", "gut", "."], "Ja, gut."),
        ("zh", ["我", "爱", "北京", "。"], "我爱北京。"),
        ("cs", ["a'", "-", "li"], "a' - li"),  # sacremoses itself fails on this one
    ],
)
def test_other_languages(language: str, tokens: list[str], text: str) -> None:
    assert Joiner(language).join(tokens)[0] == text


def test_join_by_spaces() -> None:
    text, offsets = Joiner("en", "space").join(["do", "n't", "."])
    assert (text, offsets) == ("do n't .", ((0, 2), (3, 6), (7, 8)))


WORDS = st.text(
    st.characters(exclude_categories=["Cs", "Zs", "Zl", "Zp", "Cc"]), min_size=1, max_size=6
) | st.sampled_from(
    ["'", '"', "n't", "(", ")", "$", ",", ".", "``", "''", "“", "”", "&amp;", "@-@"]
)


@given(st.lists(WORDS, max_size=15), st.sampled_from(["en", "fr", "cs", "fi", "zh"]))
def test_every_token_stands_at_its_offsets(tokens: list[str], language: str) -> None:
    text, offsets = Joiner(language).join(tokens)
    assert [text[start:end] for start, end in offsets] == tokens
    assert text == text.strip()
    assert "".join(text.split()) == "".join("".join(tokens).split())


@given(st.lists(WORDS, max_size=10))
def test_locate_finds_what_was_joined(tokens: list[str]) -> None:
    text, offsets = ENGLISH.join(tokens)
    assert locate(tokens, f"  {text}\n") == tuple((start + 2, end + 2) for start, end in offsets)


@pytest.mark.parametrize(
    ("tokens", "text"),
    [(["a", "b"], "a c b"), (["a", "b"], "a"), (["a"], "a b"), (["``"], '"')],
)
def test_locate_refuses_other_texts(tokens: list[str], text: str) -> None:
    assert locate(tokens, text) is None
