"""What words of the two texts have in common by their vectors, beside their links.

Links leave words out; vectors still tell that `hinweisen` has more to do with `draw attention` than
with `Eastern European countries`. This evidence is a part of its own: without it (languages that
the encoder does not know, a bare machine) the ranking has other weights and goes by links alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import numpy as np
import numpy.typing as npt

from spanferry.data.backends import BackendInfo
from spanferry.projection.base import ProjectionInput
from spanferry.projection.sides import Array
from spanferry.projection.word_kinds import word_kind

Vectors = npt.NDArray[np.float32]
#: Inputs whose words are looked up at once: bounds the memory that their vectors take.
BATCH = 256
#: Characters of a word that are looked at: what is longer is no word.
LONGEST_WORD = 200


@runtime_checkable
class Likeness(Protocol):
    """Word vectors of two languages; safe to call from several threads."""

    @property
    def info(self) -> BackendInfo: ...

    def setup(self) -> None: ...

    def knows(self, source: str, target: str) -> bool:
        """Whether words of these BCP-47 languages have vectors that can be compared."""
        ...

    def vectors(self, words: Sequence[str]) -> Sequence[tuple[float, Vectors]]:
        """Vectors of distinct words, [words, places] each, of whole numbers.

        The similarity of two words is the sum of their products in each, times its weight; the
        first holds their meaning.
        """
        ...

    def phrases(self, texts: Sequence[str]) -> Vectors:
        """Vectors of the meaning of distinct phrases, of length 1 but for rounding."""
        ...


@dataclass(frozen=True, slots=True)
class WordTable:
    """The vectors of a pair's words.

    Args:
        layers: weights and vectors of all words of a batch.
        source, target: rows of the words of each text.
    """

    layers: Sequence[tuple[float, Vectors]]
    source: npt.NDArray[np.int64]
    target: npt.NDArray[np.int64]

    def similarity(self, sources: Sequence[int], first: int, last: int) -> Array:
        """Of source words with target words `first` to `last` (exclusive), [sources, targets]."""
        rows, columns = self.source[list(sources)], self.target[first:last]
        total = np.zeros((len(rows), len(columns)))
        for weight, vectors in self.layers:
            # whole numbers below 2**24: exact in any order
            total += weight * (vectors[rows] @ vectors[columns].T)
        return total

    def meaning(self, rows: npt.NDArray[np.int64]) -> Array:
        """The vectors of meaning, exact in double precision."""
        return self.layers[0][1][rows].astype(np.float64)


def word_tables(items: Sequence[ProjectionInput], likeness: Likeness) -> list[WordTable]:
    """The vectors of the words of each item; not more than `BATCH` items."""
    rows: dict[str, int] = {}
    places = [
        tuple(
            np.array([rows.setdefault(word, len(rows)) for word in words], np.int64)
            for words in (
                _words(item.text, item.source_words, item.language),
                _words(item.translation, item.target_words, item.target_language),
            )
        )
        for item in items
    ]
    layers = likeness.vectors(list(rows)) if rows else ()
    return [WordTable(layers, source, target) for source, target in places]


def _words(text: str, ranges: Sequence[tuple[int, int]], language: str) -> list[str]:
    return [word_kind(text[start:end], language).core[:LONGEST_WORD] for start, end in ranges]
