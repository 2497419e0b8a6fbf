"""One side of a sentence pair: what is known of each of its words, as numbers.

Every list has one place more than there are words at each end, all zeros, so that the neighbours
of the first and the last word can be asked for: word `k` stands at `k + 1`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from spanferry.projection.pair import Words

Array = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Side:
    """What is known of the words of one text, 1 for yes and 0 for no.

    Args:
        words: the words themselves.
        stop: stop words.
        mark: words of punctuation only.
        content: neither.
        opens: words that the text, or what follows a punctuation mark, begins with.
        closes: words that the text, or what comes before a mark, ends with.
        capital: words with a capital letter in front.
        length: characters of each word.
    """

    words: Words
    stop: list[float]
    mark: list[float]
    content: list[float]
    opens: list[float]
    closes: list[float]
    capital: list[float]
    length: list[float]

    @property
    def size(self) -> int:
        """Number of words."""
        return len(self.words.ranges)


def read_side(words: Words) -> Side:
    """What is known of a text's words."""
    size, mark = len(words.ranges), words.mark
    begins = [kind.begins for kind in words.kinds]
    ends = [kind.ends for kind in words.kinds]
    opens = [k == 0 or ends[k - 1] or (begins[k] and not mark[k]) for k in range(size)]
    closes = [k == size - 1 or (ends[k] and not mark[k]) or begins[k + 1] for k in range(size)]
    if False in mark:  # a dash before the first word: the text still begins with that word
        opens[mark.index(False)] = True
        closes[size - 1 - mark[::-1].index(False)] = True
    return Side(
        words,
        _padded(words.stop),
        _padded(mark),
        _padded(not (s or m) for s, m in zip(words.stop, mark, strict=True)),
        _padded(opens),
        _padded(closes),
        _padded(kind.capital for kind in words.kinds),
        _padded(end - start for start, end in words.ranges),
    )


def _padded(values: Iterable[float]) -> list[float]:
    return [0.0, *map(float, values), 0.0]
