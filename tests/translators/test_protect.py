"""What a text is for a small model: plain characters, and placeholders for what it lacks."""

from __future__ import annotations

import pytest

from spanferry.translators.protect import mask, plain

KNOWN = set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.,:;!?'\"()- ")


def known(character: str) -> bool:
    return character in KNOWN


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
    assert mask(text, known) == masked


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
