"""Places of texts by their hashes, without keeping the texts in memory."""

from __future__ import annotations

import hashlib
from array import array
from collections.abc import Iterable, Iterator

import numpy as np
import numpy.typing as npt


class HashIndex:
    """Numbers (of lines, rows) by a key; sixteen bytes of memory an entry.

    Only a 64-bit hash of each key is kept, so whoever gets a number must read the key there and
    compare it.

    Args:
        entries: a number, its key, and a value; the numbers rise.

    Attributes:
        twins: pairs of numbers whose keys have one hash, neighbours in the order of the numbers.
        differing: for each of these, whether the values differ.
    """

    def __init__(self, entries: Iterable[tuple[int, str, str]]) -> None:
        numbers, keys, values = array("q"), array("Q"), array("Q")
        for number, key, value in entries:
            numbers.append(number)
            keys.append(_hash(key))
            values.append(_hash(value) if value else 0)
        hashes = np.frombuffer(keys, np.uint64) if keys else np.zeros(0, np.uint64)
        order = np.argsort(hashes, kind="stable")
        self._hashes: npt.NDArray[np.uint64] = hashes[order]
        self._numbers: npt.NDArray[np.int64] = np.array(numbers, np.int64)[order]
        said = np.array(values, np.uint64)[order]
        same = np.flatnonzero(self._hashes[1:] == self._hashes[:-1])
        self.twins: npt.NDArray[np.int64] = np.stack(
            [self._numbers[same], self._numbers[same + 1]], axis=1
        )
        self.differing: npt.NDArray[np.bool_] = said[same] != said[same + 1]

    def __len__(self) -> int:
        return len(self._numbers)

    def find(self, key: str) -> Iterator[int]:
        """The numbers where the key may stand, rising."""
        wanted = np.uint64(_hash(key))
        place = int(np.searchsorted(self._hashes, wanted))
        while place < len(self) and self._hashes[place] == wanted:
            yield int(self._numbers[place])
            place += 1


def _hash(key: str) -> int:
    digest = hashlib.blake2b(key.encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return int.from_bytes(digest, "little")
