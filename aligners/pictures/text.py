"""Words made fit to be shown: nothing that a terminal or an XML reader would obey or refuse."""

from __future__ import annotations

import unicodedata

#: Of the format characters only these stay, within a word: they join or part letters, or emoji.
_JOINERS = "\u200c\u200d"
_RIGHT_TO_LEFT = ("R", "AL")


def visible(word: str) -> str:
    """A word with its control characters as signs.

    Controls, line breaks, and the invisible characters that part words or turn the direction of
    text become their code point (few fonts have signs for them); so do halves of surrogate pairs
    and what XML does not allow.

    >>> visible("a\\tb\\u202ec"), visible(" ")
    ('a‹0009›b‹202E›c', '␣')
    """
    if not word or (word.isprintable() and word.strip()):
        return word
    last = len(word) - 1
    shown = "".join(
        character if character in _JOINERS and 0 < place < last else _shown(character)
        for place, character in enumerate(word)
    )
    return shown if shown.strip() else "␣" * len(shown)


def _shown(character: str) -> str:
    code = ord(character)
    kind = unicodedata.category(character)
    if kind in ("Cc", "Cs", "Zl", "Zp") or code & 0xFFFE == 0xFFFE:
        return f"‹{code:04X}›"
    if kind == "Cf" and not 0xE0020 <= code <= 0xE007F:
        return f"‹{code:04X}›"
    return character


def clusters(word: str) -> list[str]:
    """The pieces of a word that are drawn as one: a character with its marks and joiners.

    >>> clusters("e\\u0301a")
    ['é', 'a']
    """
    found: list[str] = []
    for character in word:
        marks = unicodedata.category(character)[0] == "M" or character in _JOINERS
        tone = 0x1F3FB <= ord(character) <= 0x1F3FF
        if found and (marks or tone or found[-1].endswith("\u200d")):
            found[-1] += character
        else:
            found.append(character)
    return found


def shortened(word: str, most: int) -> str:
    """A word of at most so many clusters, the last one an ellipsis where it was cut."""
    pieces = clusters(word)
    return word if len(pieces) <= most else "".join(pieces[: most - 1]) + "…"


def right_to_left(word: str) -> bool:
    """Whether a word is written from right to left: its first letter with a direction decides."""
    for character in word:
        kind = unicodedata.bidirectional(character)
        if kind == "L" or kind in _RIGHT_TO_LEFT:
            return kind in _RIGHT_TO_LEFT
    return False
