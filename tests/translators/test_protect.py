"""Placeholders: put in, checked, put back, and the way out when the model loses one."""

from __future__ import annotations

import re
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spanferry.translators.protect import mask, plain, translate_protected, unmask

KNOWN = set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.,:;!?'\"()- ")


def known(character: str) -> bool:
    return character in KNOWN


def lower(texts: Sequence[str]) -> list[str]:
    """Lower case but for placeholders."""
    return [re.sub(r"\b(?![A-Z]\d\b)\w+", lambda m: m[0].lower(), text) for text in texts]


def loses_placeholders(texts: Sequence[str]) -> list[str]:
    return [re.sub(r"\b[A-Z]\d\b", "", text) for text in lower(texts)]


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("Thanks @bob and @eve!", "Thanks X1 and X2!"),
        ("The X1 of @bob", "The X1 of Q1"),
        ("X1 Q1 Z1 of @bob", "X1 Q1 Z1 of XX1"),
        ("😀 Great 😀😀", "Great"),
        ("I ♥ NY", "I X1 NY"),
        ("Met Dvořák", "Met Dvorak"),
        ("Å and Øse", "X1 and Ose"),
        ("Müller and Muller", "X1 and Muller"),
        ("Müller and Mûller", "Muller and X1"),
    ],
)
def test_mask(text: str, masked: str) -> None:
    found = mask(text, known)
    assert found.text == masked
    assert unmask(found, found.text) == text


@pytest.mark.parametrize(
    ("translation", "restored"),
    [
        ("Danke X1 und X2!", "Danke @bob und Łódź @eve!"),
        ("X2 und X1", "Łódź @eve und @bob"),
        ("Danke X1", None),
        ("X1 X1 X2", None),
        ("XX1 X2", None),
        ("X12 X1 X2", "X12 @bob Łódź @eve"),
    ],
)
def test_unmask_checks(translation: str, restored: str | None) -> None:
    found = mask("Thanks @bob and Łódź @eve!", known)
    assert found.text == "Thanks X1 and Lodz X2!"
    if restored is not None:
        restored = restored.replace("Łódź @eve", "@eve")
    assert unmask(found, translation) == restored


def test_folded_words_come_back_where_they_are() -> None:
    found = mask("Dvořák in Zürich", known)
    assert unmask(found, "Dvorak em Zurique") == "Dvořák em Zurique"
    # as often as the text has them: a Portuguese word may look the same
    found = mask("Cien años, 100 years", known)
    assert unmask(found, "Cien anos, 100 anos") == "Cien años, 100 anos"


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("It’s “fine” …", 'It\'s "fine" ...'),
        ("2002–2005 — yes", "2002-2005 - yes"),
        ("a\u00a0b\u200bc\u00add", "a bcd"),
        ("cafe\u0301", "café"),
    ],
)
def test_plain(text: str, clean: str) -> None:
    assert plain(text) == clean


def test_lost_placeholders_cut_the_text() -> None:
    texts = ["HI @bob, SEE http://x.org NOW 😀", "PLAIN Łódź.", "@bob"]
    expected = ["hi @bob, see http://x.org now 😀", "plain lodz.", "@bob"]
    assert translate_protected(texts, loses_placeholders, known) == expected


def test_empty_translation_is_not_hidden_by_emoji() -> None:
    def nothing(texts: Sequence[str]) -> list[str]:
        return ["" for _ in texts]

    assert translate_protected(["great 😀", "hi @bob 😀"], nothing, known) == ["", ""]


PARTS = st.sampled_from(["HELLO", "see", "@bob", "#a", "😀", "http://x.org/y", "北京", "5€", "x2"])


@given(st.lists(st.lists(PARTS, min_size=1, max_size=9), max_size=4), st.booleans())
def test_items_survive_in_order(sentences: list[list[str]], lose: bool) -> None:
    texts = [" ".join(parts) for parts in sentences]
    model = loses_placeholders if lose else lower
    for text, out in zip(texts, translate_protected(texts, model, known), strict=True):
        wanted = [part for part in text.split() if not part.isascii() or part[0] in "@#h"]
        assert [part for part in out.split() if part in wanted] == wanted
