"""Texts that look like texts and show nothing."""

from __future__ import annotations

import unicodedata


def is_blank(text: str) -> bool:
    """Whether a text holds nothing but white space and format characters.

    Format characters are those of the Unicode category Cf: a zero-width space (U+200B) or a byte
    order mark (U+FEFF) is no white space for `str.strip`, and no text for a reader either.
    """
    return all(character.isspace() or unicodedata.category(character) == "Cf" for character in text)
