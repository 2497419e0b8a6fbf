"""Texts without what differs between two writings of one word, with the way back to the text."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from spanferry.data.records import Offsets

#: Marks that stand above and below letters and change no word beyond its spelling have a combining
#: class from here on. Those below it (the voicing marks of Japanese, viramas) make other letters.
_FIRST_MARK = 10
_SAME = str.maketrans(
    {
        **dict.fromkeys("’‘ʼ＇`´′", "'"),
        **dict.fromkeys("“”„‟«»″", '"'),
        **dict.fromkeys("‐‑‒–—―−", "-"),
        "ß": "ss",
        "ø": "o",
        "ł": "l",
        "đ": "d",
        "ı": "i",
        "æ": "ae",
        "œ": "oe",
    }
)
#: First and last characters of blocks whose scripts put no blank between words: Thai to Lao,
#: Myanmar, Khmer, Kana and what stands around it, Han, Han beyond the first plane.
_NO_BLANKS = (
    (0x0E00, 0x0EFF),
    (0x1000, 0x109F),
    (0x1780, 0x17FF),
    (0x3040, 0x30FF),
    (0x3400, 0x4DBF),
    (0x4E00, 0x9FFF),
    (0xF900, 0xFAFF),
    (0x20000, 0x3FFFF),
)


@dataclass(frozen=True, slots=True)
class Folded:
    """A text in its folded form.

    Args:
        text: NFKC-like, without case and diacritics, runs of white space as one blank.
        starts: for each of its characters, and for its end, the place in the original where what
            it came from begins.
        ends: for each of its characters, where that ends.
    """

    text: str
    starts: tuple[int, ...]
    ends: tuple[int, ...]

    def original(self, start: int, end: int) -> Offsets:
        """The characters of the original that a range of the folded text came from."""
        return self.starts[start], self.ends[end - 1]

    def find(self, phrase: str) -> list[Offsets]:
        """All places of a folded phrase, at the edges of words, in characters of the original.

        They may overlap. In scripts without blanks a word may end anywhere.

        >>> fold("Café, cafés, CAFE\u0301").find("cafe")
        [(0, 4), (13, 18)]
        """
        found: list[Offsets] = []
        place = self.text.find(phrase) if phrase else -1
        while place >= 0:
            end = place + len(phrase)
            if self._is_edge(place) and self._is_edge(end):
                found.append(self.original(place, end))
            place = self.text.find(phrase, place + 1)
        return found

    def _is_edge(self, place: int) -> bool:
        text = self.text
        if not 0 < place < len(text):
            return True
        if self.starts[place] < self.ends[place - 1]:
            return False  # inside one character of the original (a ligature)
        before, after = text[place - 1], text[place]
        if not (_in_word(before) and _in_word(after)):
            return True
        return without_blanks(before) or without_blanks(after)


def fold(text: str) -> Folded:
    """A text in its folded form.

    >>> fold("L’Été  ﬁni").text
    "l'ete fini"
    """
    made: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    for place, char in enumerate(text):
        parts = _folded(char)
        if parts == " " and made and made[-1] == " ":
            ends[-1] = place + 1
            continue
        if not parts and ends:
            ends[-1] = place + 1  # a mark belongs to its letter
        for part in parts:
            made.append(part)
            starts.append(place)
            ends.append(place + 1)
    return Folded("".join(made), (*starts, len(text)), tuple(ends))


@lru_cache(1 << 14)
def _folded(char: str) -> str:
    if char.isspace():
        return " "
    parts = unicodedata.normalize("NFKD", char).casefold().translate(_SAME)
    parts = unicodedata.normalize("NFKD", parts)
    return "".join(
        " " if part.isspace() else part
        for part in parts
        if unicodedata.combining(part) < _FIRST_MARK and unicodedata.category(part) != "Cf"
    )


def without_blanks(char: str) -> bool:
    """Whether a character belongs to a script that puts no blank between words."""
    code = ord(char)
    return any(first <= code <= last for first, last in _NO_BLANKS)


def _in_word(char: str) -> bool:
    return char.isalnum() or unicodedata.category(char)[0] == "M"
