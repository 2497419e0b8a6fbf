"""Pairs of word lists to batches of one padded shape, and scores back to links."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from spanferry.aligners.base import WordPair
from spanferry.data.links import Link

#: Sentence lengths are padded to multiples of this. The padding of a pair must depend on the pair
#: alone: sums over differently padded rows differ in their last bits.
_PAD = 8
#: Word pairs that one step works on, so that its arrays stay in the processor's cache.
_CELLS = 1 << 17
#: Scores are rounded to this many digits.
_DIGITS = 4


@dataclass(frozen=True, slots=True)
class Batch:
    """Pairs of one padded shape.

    Args:
        places: where the pairs stand in what was given.
        sources, targets: places of their words among the distinct words, [pairs, padded words].
        source_lengths, target_lengths: numbers of words, [pairs].
    """

    places: list[int]
    sources: npt.NDArray[np.intp]
    targets: npt.NDArray[np.intp]
    source_lengths: npt.NDArray[np.float32]
    target_lengths: npt.NDArray[np.float32]


def batched(pairs: Sequence[WordPair]) -> tuple[list[str], Iterator[Batch]]:
    """The distinct words of some pairs, and batches of the pairs; without those with an empty side.

    A batch holds few enough pairs for one step.
    """
    words: dict[str, int] = {}
    sources = [[words.setdefault(w, len(words)) for w in pair.source] for pair in pairs]
    targets = [[words.setdefault(w, len(words)) for w in pair.target] for pair in pairs]
    return list(words), _batches(sources, targets)


def _batches(sources: Sequence[list[int]], targets: Sequence[list[int]]) -> Iterator[Batch]:
    shapes: dict[tuple[int, int], list[int]] = defaultdict(list)
    for place, (source, target) in enumerate(zip(sources, targets, strict=True)):
        if source and target:
            shapes[_round_up(len(source)), _round_up(len(target))].append(place)
    for (rows, columns), places in shapes.items():
        size = max(1, _CELLS // (rows * columns))
        for start in range(0, len(places), size):
            group = places[start : start + size]
            left, right = [sources[k] for k in group], [targets[k] for k in group]
            yield Batch(
                group, _padded(left, rows), _padded(right, columns), _lengths(left), _lengths(right)
            )


def _round_up(length: int) -> int:
    return -(-length // _PAD) * _PAD


def _lengths(lists: Sequence[list[int]]) -> npt.NDArray[np.float32]:
    return np.array([len(one) for one in lists], dtype=np.float32)


def _padded(lists: Sequence[list[int]], width: int) -> npt.NDArray[np.intp]:
    out = np.zeros((len(lists), width), dtype=np.intp)
    for row, values in zip(out, lists, strict=True):
        row[: len(values)] = values
    return out


def to_links(
    scores: npt.NDArray[np.float32], min_score: float, *, mutual: bool
) -> list[tuple[Link, ...]]:
    """The links of each pair of a batch, by source and target word.

    Args:
        scores: [pairs, source words, target words].
        min_score: links with a lower score are left out; so are those whose score rounds to 0.
        mutual: only links than which neither word has a better one.
    """
    rounded = np.round(scores.astype(np.float64), _DIGITS)
    kept = (rounded >= min_score) & (rounded > 0)
    if mutual:
        kept &= rounded == rounded.max(axis=2, keepdims=True)
        kept &= rounded == rounded.max(axis=1, keepdims=True)
    pairs, sources, targets = np.nonzero(kept)
    values = np.minimum(rounded[pairs, sources, targets], 1.0)
    ends = np.searchsorted(pairs, np.arange(1, len(scores) + 1))
    flat = list(map(Link, sources.tolist(), targets.tolist(), values.tolist()))
    starts = [0, *ends[:-1].tolist()]
    return [tuple(flat[a:b]) for a, b in zip(starts, ends.tolist(), strict=True)]
