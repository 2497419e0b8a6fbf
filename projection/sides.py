"""One side of a sentence pair as arrays, for arithmetic over many candidate segments at once.

Every array has one place more than there are words at each end, all zeros, so that the neighbours
of the first and the last word can be asked for: word `k` stands at `k + 1`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from spanferry.projection.lexicon import edge_marks
from spanferry.projection.pair import Words

Array = npt.NDArray[np.float64]

#: Marks that stand between words more often than between clauses (`sous - comité`).
_JOINERS = frozenset("-'’")


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
    stop: Array
    mark: Array
    content: Array
    opens: Array
    closes: Array
    capital: Array
    length: Array

    @property
    def size(self) -> int:
        """Number of words."""
        return len(self.words.ranges)


def read_side(text: str, words: Words) -> Side:
    """The arrays of a text's words."""
    marks = edge_marks() - _JOINERS
    ranges, size = words.ranges, len(words.ranges)
    stop, mark = _padded(words.stop), _padded(words.mark)
    first = [text[start] for start, _ in ranges]
    ends_in_mark = [text[end - 1] in marks for _, end in ranges]
    opens = [
        k == 0 or ends_in_mark[k - 1] or (first[k] in marks and not words.mark[k])
        for k in range(size)
    ]
    closes = [
        k == size - 1 or (ends_in_mark[k] and not words.mark[k]) or first[k + 1] in marks
        for k in range(size)
    ]
    for k in range(size):  # a dash before the first word: the text still begins with that word
        if not words.mark[k]:
            opens[k] = True
            break
    for k in reversed(range(size)):
        if not words.mark[k]:
            closes[k] = True
            break
    content = 1 - np.maximum(stop, mark)
    content[[0, -1]] = 0
    return Side(
        words,
        stop,
        mark,
        content,
        _padded(opens),
        _padded(closes),
        _padded(letter.isupper() for letter in first),
        _padded(end - start for start, end in ranges),
    )


def _padded(values: Iterable[float]) -> Array:
    return np.array([0, *values, 0], np.float64)
