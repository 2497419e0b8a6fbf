"""Scores of units to links of words."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from spanferry.aligners.encoder.windows import Ints
from spanferry.data.links import Link

#: Scores are rounded to this many digits, and a link's is never rounded to 0.
_DIGITS = 4

Scores = npt.NDArray[np.float64]


def word_links(
    pairs: Ints, sources: Ints, targets: Ints, scores: Scores, count: int
) -> list[tuple[Link, ...]]:
    """Links of each of `count` pairs, sorted; the highest score of a word pair's units counts.

    Args:
        pairs, sources, targets, scores: pair, source word, target word and score of each linked
            pair of units.
    """
    if not len(pairs):
        return [()] * count
    order = np.lexsort((targets, sources, pairs))
    key = np.stack([pairs, sources, targets])[:, order]
    new = np.ones(len(order), dtype=bool)
    new[1:] = (key[:, 1:] != key[:, :-1]).any(axis=0)
    first = np.flatnonzero(new)
    best = np.maximum.reduceat(scores[order], first).round(_DIGITS).clip(10.0**-_DIGITS, 1.0)
    which, left, right = key[:, first]
    flat = list(map(Link, left.tolist(), right.tolist(), best.tolist()))
    borders = np.searchsorted(which, np.arange(count + 1)).tolist()
    return [tuple(flat[a:b]) for a, b in pairwise(borders)]


def word_similarities(
    similarity: npt.NDArray[np.float32], words: Sequence[Ints], shape: tuple[int, int]
) -> npt.NDArray[np.float32]:
    """The highest similarity of any units of two words, [source words, target words].

    Args:
        similarity: of units, [source units, target units].
        words: word of each source unit and of each target unit.
        shape: numbers of words. A word without units is similar to none: 0.
    """
    found = similarity
    for axis in (0, 1):
        starts = np.flatnonzero(np.diff(words[axis], prepend=-1))
        found = np.maximum.reduceat(found, starts, axis=axis)
    out = np.zeros(shape, dtype=np.float32)
    out[np.ix_(np.unique(words[0]), np.unique(words[1]))] = found
    return out
