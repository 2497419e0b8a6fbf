"""Which stretches of a text need care, and how each is kept."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spanferry.translators.items import Kind, find_items, fold

KNOWN = set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.,:;!?'\"()-_/%$&=+ãçéó")


def items(text: str) -> list[tuple[str, Kind]]:
    return [(text[i.start : i.end], i.kind) for i in find_items(text, KNOWN.__contains__)]


KEEP, MARK, FOLD = Kind.KEEP, Kind.MARK, Kind.FOLD


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("nothing to see here, João.", []),
        ("see https://x.org/a?b=c#d.", [("https://x.org/a?b=c#d", KEEP)]),
        ("(http://x.org/a_(b))", [("http://x.org/a_(b)", KEEP)]),
        ("www.example.com, ok", [("www.example.com", KEEP)]),
        ("visit example.com/path!", [("example.com/path", KEEP)]),
        ("mail bob.x@y.co.uk.", [("bob.x@y.co.uk", KEEP)]),
        ("RT @bob: #win", [("@bob", KEEP), ("#win", KEEP)]),
        ("@a @b go", [("@a @b", KEEP)]),
        ("great😀😀 thing", [("😀😀", MARK)]),
        ("😀 😀", [("😀 😀", MARK)]),
        ("a 👨‍👩‍👧 b 👍🏽", [("👨‍👩‍👧", MARK), ("👍🏽", MARK)]),
        ("#win😀", [("#win😀", KEEP)]),
        ("€6.50, £7.", [("€6.50", KEEP), ("£7", KEEP)]),
        ("5€ or m²", [("5€", KEEP), ("m²", KEEP)]),
        ("C# and x < y", [("C#", KEEP), ("<", MARK)]),
        ("a {x} b", [("{x}", KEEP)]),
        ("a • b", [("•", MARK)]),
        ("北京 is", [("北京", KEEP)]),
        ("Αττικό Μετρό Α.Ε. now", [("Αττικό Μετρό Α", KEEP), ("Ε", KEEP)]),
        ("हिन्दी word", [("हिन्दी", KEEP)]),
        ("Dvořák's café", [("Dvořák", FOLD)]),
        ("Łódź Müller", [("Łódź", FOLD), ("Müller", FOLD)]),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_find_items(text: str, expected: list[tuple[str, Kind]]) -> None:
    assert items(text) == expected


@pytest.mark.parametrize(
    ("word", "plain"),
    [("Dvořák", "Dvorak"), ("Łódź", "Lodz"), ("Straße", "Strasse"), ("Ærø", "Aero"), ("Ж", "Ж")],
)
def test_fold(word: str, plain: str) -> None:
    assert fold(word) == plain


@given(st.text(alphabet="ab .,@#€😀北ř²{}\u200d/:", max_size=40))
def test_every_foreign_character_is_in_an_item(text: str) -> None:
    found = find_items(text, KNOWN.__contains__)
    last = 0
    for item in found:
        assert last <= item.start < item.end <= len(text)
        outside = text[last : item.start]
        assert all(c in KNOWN or c.isspace() for c in outside)
        last = item.end
    assert all(c in KNOWN or c.isspace() for c in text[last:])
