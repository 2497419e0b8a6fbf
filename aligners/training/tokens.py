"""The sub-words of a parallel text on disk, so that millions of pairs need no memory."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from spanferry.aligners.base import WordPair
from spanferry.data.files import atomic_path, write_text

if TYPE_CHECKING:
    from _hashlib import HASH

Integers = npt.NDArray[np.int32]
#: Words to the ids of their sub-words.
Encode = Callable[[Sequence[str]], list[list[int]]]

_FILES = ("ids", "words", "bounds")
_PAIRS = 2048


@dataclass(frozen=True, slots=True)
class Side:
    """Sub-words of a sentence, without special ones: their ids, and the word each is a part of."""

    ids: Integers
    words: Integers


class TokenCache:
    """The pairs of a corpus that can be trained on, as memory maps of a folder's files.

    `ids.bin` and `words.bin` hold the sub-words of all sentences one after the other, source and
    target in turn; `bounds.bin` where each sentence begins; `tokens.json`, written last, the digest
    of the corpus and what was left out.
    """

    def __init__(self, folder: Path) -> None:
        held = json.loads((folder / "tokens.json").read_text("utf-8"))
        self.digest: str = held["digest"]
        self.read: int = held["read"]
        self.skipped: dict[str, int] = held["skipped"]
        kept = self.read - sum(self.skipped.values())
        self._bounds = _map(folder / "bounds.bin", np.dtype(np.int64), 2 * kept + 1)
        total = int(self._bounds[-1])
        self._ids = _map(folder / "ids.bin", np.dtype(np.int32), total)
        self._words = _map(folder / "words.bin", np.dtype(np.int32), total)

    def __len__(self) -> int:
        return len(self._bounds) // 2

    def lengths(self) -> npt.NDArray[np.int64]:
        """Sub-words of the sides, [pairs, 2]."""
        return np.diff(self._bounds).reshape(-1, 2)

    def pair(self, number: int) -> tuple[Side, Side]:
        """Source and target of a pair."""
        first, middle, last = (int(value) for value in self._bounds[2 * number : 2 * number + 3])
        return (
            Side(self._ids[first:middle], self._words[first:middle]),
            Side(self._ids[middle:last], self._words[middle:last]),
        )

    @classmethod
    def make(
        cls, pairs: Iterable[WordPair], folder: Path, encode: Encode, longest: int
    ) -> TokenCache:
        """The cache of pairs. Where the folder has one, that is given, and the pairs are left
        alone: the caller compares their digest (`corpus_digest`) with the cache's.

        Args:
            pairs: gone through once.
            folder: for the four files.
            encode: sub-words of words.
            longest: sub-words of the longest side that is kept.
        """
        if not (folder / "tokens.json").exists():
            _write(pairs, folder, encode, longest)
        return cls(folder)


def corpus_digest(pairs: Iterable[WordPair]) -> str:
    """SHA-256 of the words of all pairs, in order."""
    digest = hashlib.sha256()
    for _ in map(_counted(digest), pairs):
        pass
    return digest.hexdigest()


def split_words(words: Sequence[str], encode: Encode) -> Side:
    """The sub-words of one sentence."""
    return _side(words, dict(zip(words, encode(words), strict=True))) if words else _side([], {})


def _counted(digest: HASH) -> Callable[[WordPair], WordPair]:
    """Adds pairs to a digest on their way."""

    def count(pair: WordPair) -> WordPair:
        digest.update(json.dumps([list(pair.source), list(pair.target)]).encode("ascii"))
        return pair

    return count


def _write(pairs: Iterable[WordPair], folder: Path, encode: Encode, longest: int) -> None:
    digest = hashlib.sha256()
    read, end = 0, 0
    skipped: dict[str, int] = {}
    with ExitStack() as stack:
        ids, words, bounds = (
            stack.enter_context(stack.enter_context(atomic_path(folder / f"{name}.bin")).open("wb"))
            for name in _FILES
        )
        bounds.write(np.zeros(1, np.int64).tobytes())
        for source, target in _sides(map(_counted(digest), pairs), encode):
            read += 1
            reason = _reason(source, target, longest)
            if reason:
                skipped[reason] = skipped.get(reason, 0) + 1
                continue
            for side in (source, target):
                end += len(side.ids)
                ids.write(side.ids.tobytes())
                words.write(side.words.tobytes())
                bounds.write(np.int64(end).tobytes())
    held = {"digest": digest.hexdigest(), "read": read, "skipped": dict(sorted(skipped.items()))}
    write_text(json.dumps(held, indent=2) + "\n", folder / "tokens.json")


def _sides(pairs: Iterable[WordPair], encode: Encode) -> Iterator[tuple[Side, Side]]:
    """Sub-words of pairs; each different word of a few thousand pairs is split once."""
    stream = iter(pairs)
    while chunk := list(islice(stream, _PAIRS)):
        different = list(
            dict.fromkeys(chain.from_iterable((*pair.source, *pair.target) for pair in chunk))
        )
        known = dict(zip(different, encode(different) if different else [], strict=True))
        for pair in chunk:
            yield _side(pair.source, known), _side(pair.target, known)


def _side(words: Sequence[str], known: dict[str, list[int]]) -> Side:
    parts = [known[word] for word in words]
    places = np.repeat(np.arange(len(parts), dtype=np.int32), [len(part) for part in parts])
    return Side(np.fromiter(chain.from_iterable(parts), np.int32), places)


def _reason(source: Side, target: Side, longest: int) -> str:
    """Why a pair cannot be trained on; empty where it can."""
    if not len(source.ids) or not len(target.ids):
        return "empty_side"
    return "too_long" if max(len(source.ids), len(target.ids)) > longest else ""


def _map(path: Path, dtype: np.dtype[Any], count: int) -> npt.NDArray[Any]:
    if not count:  # an empty file cannot be mapped
        return np.zeros(0, dtype)
    return np.memmap(path, dtype=dtype, mode="r", shape=(count,))
