"""How words are spelt, as vectors: names, numbers and cognates look alike in any script.

A word is written in Latin letters (by anyascii), without case and accents, and its letter pairs
and triples are hashed into a short vector of whole numbers, so that the likeness of two spellings
is one more exact matrix product. A number is its digits: "1,000", "1.000" and "١٠٠٠" are equal,
"1843" and "1844" are not at all alike.
"""

from __future__ import annotations

import unicodedata
import zlib
from collections.abc import Callable, Sequence
from itertools import chain

import numpy as np
import numpy.typing as npt

from spanferry.data.backends import require

#: Places of a spelling's vector. Two words with nothing in common differ from 0 by 0.06 on average.
STRING_SIZE = 256
#: Steps to 1; dot products are near its square.
STRING_SCALE = 48
#: Added to a spelling's squared length, so that short words ("a", "de") count as less alike than
#: long ones with the same share of letters: 0.6 for one equal letter, 0.9 for nine.
SHORTNESS = 3
#: Letters that the spellings of a name in different scripts least agree on.
_VOWELS = str.maketrans("", "", "aeiouyhw")
#: Features that an equal number gives: as many as a word of five letters has.
_NUMBER_FEATURES = 10

Latin = Callable[[str], str]


def latin_letters() -> Latin:
    """The function that writes any script in ASCII.

    Raises:
        MissingExtraError: anyascii is not installed.
    """
    module = require("anyascii", extra="embedded", user="the aligner 'embedded'")
    latin: Latin = module.anyascii
    return latin


def string_vectors(words: Sequence[str], latin: Latin) -> npt.NDArray[np.int8]:
    """The spellings of words: [len(words), `STRING_SIZE`] whole numbers."""
    of_words = [features(word, latin) for word in words]
    rows = np.repeat(np.arange(len(words)), [len(found) for found in of_words])
    codes = np.fromiter(
        (zlib.crc32(found.encode()) for found in chain.from_iterable(of_words)), dtype=np.int64
    )
    # a feature adds 1 or -1: what falls into one place by chance then cancels out on average
    counts = np.bincount(
        rows * STRING_SIZE + codes % STRING_SIZE,
        weights=(codes >> 16 & 1) * 2 - 1,
        minlength=len(words) * STRING_SIZE,
    ).reshape(len(words), STRING_SIZE)
    length = np.sqrt(np.square(counts).sum(axis=1, keepdims=True) + SHORTNESS)
    whole = np.clip(np.rint(counts / length * STRING_SCALE), -127, 127)
    return np.asarray(whole, dtype=np.int8)


def features(word: str, latin: Latin) -> list[str]:
    """What a spelling consists of.

    >>> features("1.000", str), features("Ada", str)[:3]
    (['0=1000', '1=1000', '2=1000', '3=1000', '4=1000', '5=1000', '6=1000', '7=1000', '8=1000', \
'9=1000'], ['<a', 'ad', 'da'])
    """
    plain = unicodedata.normalize("NFKC", word).casefold()
    digits = [str(unicodedata.decimal(char)) for char in plain if char.isdecimal()]
    if digits and 2 * len(digits) >= sum(map(str.isalnum, plain)):
        return [f"{k}={''.join(digits)}" for k in range(_NUMBER_FEATURES)]
    spelt = plain if plain.isascii() else latin(plain).lower()
    letters = "".join(filter(str.isalnum, spelt)) or spelt
    return [
        *_grams(f"<{letters}>", 2),
        *_grams(f"<{letters}>", 3),
        *(f"~{gram}" for gram in _grams(f"<{letters.translate(_VOWELS)}>", 2)),
    ]


def _grams(text: str, size: int) -> list[str]:
    return [text[start : start + size] for start in range(len(text) - size + 1)]
