"""The words of a phrase, which no tokenizer has seen."""

from __future__ import annotations

import re
from dataclasses import dataclass

from spanferry.projection.lexicon import is_stop
from spanferry.projection.methods.translate_match.folding import without_blanks

#: What stands before an apostrophe is a word with it (`l'hôtel`).
_WORD = re.compile(r"\w+(?:['’](?=\w))?")


@dataclass(frozen=True, slots=True)
class Word:
    """A word, or a character of a script without blanks.

    Args:
        start, end: in characters of the phrase.
        stop: whether it is a stop word.
    """

    start: int
    end: int
    stop: bool


def words_of(text: str, language: str) -> list[Word]:
    """The words of a text.

    >>> [text[w.start:w.end] for text in ["l'hôtel 東京"] for w in words_of(text, "fr")]
    ["l'", 'hôtel', '東', '京']
    """
    found: list[Word] = []

    def add(start: int, end: int) -> None:
        if start < end:
            found.append(Word(start, end, is_stop(text, start, end, language)))

    for word in _WORD.finditer(text):
        start = word.start()
        for place in range(word.start(), word.end()):
            if without_blanks(text[place]):
                add(start, place)
                add(place, place + 1)
                start = place + 1
        add(start, word.end())
    return found


def has_blanks(text: str) -> bool:
    """Whether a text is in a script that puts blanks between words."""
    return not any(map(without_blanks, text))
