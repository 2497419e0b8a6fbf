"""Words as numbers: the program's format for texts, and the words that count as the same.

The program knows no words, only their numbers, so no word of ours can be mistaken for a mark of
its format, be it `|||`, a tab or a NUL.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from typing import IO

from spanferry.aligners.base import WordPair
from spanferry.aligners.eflomal.windows import Window, windows

#: Stands for white space within a word, so that priors can be kept in lines of words.
_BLANK = "␣"
#: Words of the longest sentence that is aligned in one piece. The program takes no more than 1,023,
#: but its time grows with the square.
WINDOW = 200
_HEADER = "{:>20} {:>10}\n"


def key(word: str, stem: int = 0) -> str:
    """What words that count as the same have in common: NFC, lower case, and the stem.

    Args:
        word: any string.
        stem: how many characters are kept: the first ones, the last ones if negative, all if 0.

    >>> key("New York"), key("Häuser", 3), key("walking", -3)
    ('new␣york', 'häu', 'ing')
    """
    plain = _BLANK.join(unicodedata.normalize("NFC", word).lower().split())
    if stem == 0:
        return plain
    return plain[:stem] if stem > 0 else plain[stem:]


class Vocabulary:
    """Numbers of words, in the order in which they are first seen.

    Args:
        stem: see `key`.
    """

    def __init__(self, stem: int = 0) -> None:
        self._stem = stem
        self._words: dict[str, str] = {}
        self.keys: dict[str, int] = {}

    def line(self, words: Sequence[str]) -> str:
        """The program's line for a sentence: its length and its words' numbers."""
        known = self._words
        try:
            return f"{len(words)} {' '.join([known[word] for word in words])}\n"
        except KeyError:
            for word in words:
                if word not in known:
                    known[word] = str(self.keys.setdefault(key(word, self._stem), len(self.keys)))
            return self.line(words)


class TextWriter:
    """Writes both sides of a text in the program's format, pair by pair.

    Pairs that are too long for the program become several sentences (see `windows.py`).

    Args:
        source, target: empty files.
        stems: see `key`, of each side.
    """

    def __init__(self, source: IO[bytes], target: IO[bytes], stems: tuple[int, int]) -> None:
        self.files = (source, target)
        self.vocabularies = (Vocabulary(stems[0]), Vocabulary(stems[1]))
        self.sentences = 0
        #: Of the longer side.
        self.words = 0
        #: How many pairs were cut.
        self.cut = 0
        for file in self.files:
            file.write(_HEADER.format(0, 0).encode())  # the numbers are known at the end

    def add(self, pair: WordPair) -> list[Window]:
        """Write a pair; returns the windows that were written, none if a side has no words."""
        if not pair.source or not pair.target:
            return []
        parts = list(windows(len(pair.source), len(pair.target), WINDOW))
        self.cut += len(parts) > 1
        self.sentences += len(parts)
        for part in parts:
            self.words += max(end - start for start, end in (part.source, part.target))
            for file, vocabulary, words, (start, end) in zip(
                self.files, self.vocabularies, (pair.source, pair.target),
                (part.source, part.target), strict=True,
            ):  # fmt: skip
                file.write(vocabulary.line(words[start:end]).encode())
        return parts

    def close(self) -> None:
        """Write the numbers of sentences and words; the files themselves stay open."""
        for file, vocabulary in zip(self.files, self.vocabularies, strict=True):
            file.seek(0)
            file.write(_HEADER.format(self.sentences, len(vocabulary.keys)).encode())
            file.flush()
