"""What is known of a word's tags besides its own links: its type, its ending, its Unicode class.

A tag dictionary over word types, learnt from projections that are sure, is what makes projected
tags good enough to use: links err one by one, but seldom in the same way at every place where a
word stands (Das and Petrov 2011; Täckström et al. 2013). Here it is learnt within the batch alone,
so the same batch always gives the same tags.
"""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Hashable, Iterable, Sequence
from functools import lru_cache

import numpy as np
import numpy.typing as npt

Vector = npt.NDArray[np.float64]

#: Letters of a word's end that stand for it where the word itself is not known, and the shortest
#: word that has such an end.
SUFFIX = 3
SHORTEST_WITH_SUFFIX = 6
#: Votes from which a dictionary entry is believed to be whole; a type with fewer only adds to the
#: evidence.
ENOUGH_VOTES = 4.0
#: Share of the votes below which a tag is taken for the work of wrong links.
LEAST_SHARE = 0.2
#: Words of a Unicode class in the source from which their tags are taken for all that there are.
ENOUGH_OF_CLASS = 10


@lru_cache(maxsize=100_000)
def word_class(word: str) -> str:
    """`punctuation`, `symbol`, `number` or `word`, by Unicode's general categories.

    Anything with a letter is a word, with a digit a number, with a symbol a symbol.

    >>> [word_class(word) for word in ("...", "😋", "3,5", "€5", "3rd", "क्ष", "")]
    ['punctuation', 'symbol', 'number', 'number', 'word', 'word', 'word']
    """
    kinds = {unicodedata.category(character)[0] for character in word}
    if "L" in kinds:
        return "word"
    for kind, name in (("N", "number"), ("S", "symbol"), ("P", "punctuation")):
        if kind in kinds:
            return name
    return "word"


@lru_cache(maxsize=100_000)
def word_type(word: str) -> str:
    """The type of a word: without the difference of case, in one normal form."""
    return unicodedata.normalize("NFC", word.casefold())


def suffix(word: str) -> str | None:
    """The end of a long word of letters; None for others.

    >>> suffix("rapidamente"), suffix("casa"), suffix("3,14159")
    ('nte', None, None)
    """
    kind = word_type(word)
    if len(kind) < SHORTEST_WITH_SUFFIX or word_class(word) != "word":
        return None
    return kind[-SUFFIX:]


class Votes:
    """Votes for tags by a key, over all words of a batch.

    Args:
        tags: how many tags there are.
    """

    def __init__(self, tags: int) -> None:
        self._none = np.zeros(tags)
        self._votes: dict[Hashable, Vector] = defaultdict(lambda: np.zeros(tags))

    def add(self, key: Hashable, votes: Vector) -> None:
        """Count the votes (shape: tags) of one word."""
        self._votes[key] += votes

    def of(self, key: Hashable, without: Vector | None = None) -> Vector:
        """The votes of a key; `without` those of the word itself, so that it does not vouch for
        its own links."""
        found = self._votes.get(key, self._none)
        if without is None:
            return found
        # what is left after a subtraction of equal sums may be a rounding error
        rest = found - without
        return np.where(rest > 1e-9, rest, 0.0)


class SourceTags:
    """The tags that words of each Unicode class, and of each spelling without letters, have in the
    source.

    Args:
        texts: words and indexes of their tags, a pair a source text.
        tags: how many tags there are.
    """

    def __init__(self, texts: Iterable[tuple[Sequence[str], Sequence[int]]], tags: int) -> None:
        self._classes, self._spellings = Votes(tags), Votes(tags)
        for words, indexes in texts:
            for word, index in zip(words, indexes, strict=True):
                vote = np.zeros(tags)
                vote[index] = 1.0
                kind = word_class(word)
                self._classes.add(kind, vote)
                if kind != "word":
                    self._spellings.add(word, vote)

    def shares(self, word: str) -> Vector | None:
        """How often a word that is no word (`,`, `12`, `€`) has each tag; None where the source
        has nothing like it, and for words of letters."""
        kind = word_class(word)
        if kind == "word":
            return None
        found = self._spellings.of(word)
        if not found.any():
            found = self._classes.of(kind)
        total = found.sum()
        return found / total if total else None

    def allowed(self, word: str) -> npt.NDArray[np.bool_] | None:
        """The tags that words of this Unicode class can have; None where too few were seen."""
        found = self._classes.of(word_class(word))
        return found > 0 if found.sum() >= ENOUGH_OF_CLASS else None


def dictionary_tags(votes: Vector) -> npt.NDArray[np.bool_] | None:
    """The tags that a type can have by its votes; None where these are too few to tell."""
    total = votes.sum()
    return votes >= LEAST_SHARE * total if total >= ENOUGH_VOTES else None
