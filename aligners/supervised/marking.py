"""Rows of a model's input: the sentence with the marked word, and the other sentence.

A sentence is tokenised once, word by word; a row is put together from the pieces. That is what
tokenising the marked sentence anew would give, as long as the words are tokenised one by one.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from spanferry.aligners.supervised.windows import Window, context, shares, target_windows

Ids = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Layout:
    """What stands around the sentences of a row, as token ids.

    Args:
        before, between, after: special tokens of a pair of sentences.
        types: token type of these three parts and of the two sentences, as (before, first,
            between, second, after); None for a model that takes none.
        marker: ids of what stands before and after the marked word.
        null: place of the token whose start and end mean "no answer".
        pad: id that fills rows up.
        limit: ids of a row at most.
        overlap: sub-words that two windows share at most.
    """

    before: Ids
    between: Ids
    after: Ids
    types: tuple[int, int, int, int, int] | None
    marker: Ids
    null: int
    pad: int
    limit: int
    overlap: int

    @property
    def extra(self) -> int:
        """Ids of a row that belong to neither sentence."""
        parts = (self.before, self.between, self.after, self.marker, self.marker)
        return sum(map(len, parts))

    @property
    def longest_word(self) -> int:
        """Sub-words of a word at most; what is longer is cut, so that each word fits somewhere."""
        return max(1, (self.limit - self.extra) // 8)


@dataclass(frozen=True, slots=True)
class Encoded:
    """A sentence: the ids of its sub-words, and where each word begins, with their number last."""

    ids: Ids
    starts: list[int]

    @property
    def words(self) -> int:
        return len(self.starts) - 1


class Row(NamedTuple):
    """A marked word with its context, and a window of the other sentence.

    Args:
        task: number of the pair of sentences.
        source, target: the sentences.
        word: the marked word.
        first, last: words of the source that are read, last exclusive.
        window: words of the target that are read.
        length: ids of the row.
    """

    task: int
    source: Encoded
    target: Encoded
    word: int
    first: int
    last: int
    window: Window
    length: int


def rows(task: int, source: Encoded, target: Encoded, layout: Layout) -> Iterator[Row]:
    """The rows of a pair: one for each word of the source and window of the target."""
    room = layout.limit - layout.extra
    size, other = shares(len(source.ids), len(target.ids), room)
    windows = target_windows(target.starts, other, min(layout.overlap, other // 2))
    for word in range(source.words):
        first, last = context(source.starts, word, size)
        read = source.starts[last] - source.starts[first] + layout.extra
        for window in windows:
            length = read + target.starts[window.last] - target.starts[window.first]
            yield Row(task, source, target, word, first, last, window, length)


def parts(row: Row, layout: Layout) -> tuple[list[Ids], int]:
    """The ids of a row in pieces, and how many of the pieces come before the target."""
    source, target = row.source, row.target
    start, end = source.starts[row.word], source.starts[row.word + 1]
    found = [
        layout.before,
        source.ids[source.starts[row.first] : start],
        layout.marker,
        source.ids[start:end],
        layout.marker,
        source.ids[end : source.starts[row.last]],
        layout.between,
        target.ids[target.starts[row.window.first] : target.starts[row.window.last]],
        layout.after,
    ]
    return found, 7


@dataclass(frozen=True, slots=True)
class Batch:
    """Rows as arrays, padded to the longest. Words are those of each row's window, from 0.

    Args:
        rows: what the arrays hold.
        ids: [rows, places].
        mask: [rows, places], 1 where there is a token.
        types: [rows, places], or None.
        first, last: places of the first and last sub-word of each word, [rows, words]; behind a
            row's words, the number of places, and -1.
        words: numbers of words, [rows].
        own: first and last (exclusive) own word, [rows, 2].
    """

    rows: Sequence[Row]
    ids: Ids
    mask: Ids
    types: Ids | None
    first: Ids
    last: Ids
    words: Ids
    own: Ids


def batch(rows: Sequence[Row], layout: Layout) -> Batch:
    """Rows as arrays."""
    places = max(row.length for row in rows)
    words = max(row.window.last - row.window.first for row in rows)
    ids = np.full((len(rows), places), layout.pad, dtype=np.int64)
    mask = np.zeros_like(ids)
    types = None if layout.types is None else np.zeros_like(ids)
    first = np.full((len(rows), words), places, dtype=np.int64)
    last = np.full((len(rows), words), -1, dtype=np.int64)
    counts = np.zeros(len(rows), dtype=np.int64)
    own = np.zeros((len(rows), 2), dtype=np.int64)
    for number, row in enumerate(rows):
        pieces, ahead = parts(row, layout)
        ids[number, : row.length] = np.concatenate(pieces)
        mask[number, : row.length] = 1
        begin = sum(map(len, pieces[:ahead]))
        if types is not None and layout.types is not None:
            end = begin - len(layout.between)
            edges = (len(layout.before), end, begin, begin + len(pieces[ahead]), row.length)
            start = 0
            for edge, kind in zip(edges, layout.types, strict=True):
                types[number, start:edge] = kind
                start = edge
        window = row.window
        places_of = np.array(row.target.starts[window.first : window.last + 1], dtype=np.int64)
        places_of += begin - places_of[0]
        count = window.last - window.first
        first[number, :count] = places_of[:-1]
        last[number, :count] = places_of[1:] - 1
        counts[number] = count
        own[number] = window.own_first - window.first, window.own_last - window.first
    return Batch(rows, ids, mask, types, first, last, counts, own)
