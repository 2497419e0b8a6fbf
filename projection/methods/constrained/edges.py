"""Sub-words of a translation beside its words: where a marker may stand, and what it then covers.

>>> pieces = Pieces(("▁Saw", "▁Mor", "ton", "."), ((0, 3), (4, 7), (7, 10), (10, 11)))
>>> found = word_edges(pieces, [(0, 3), (4, 10), (10, 11)])
>>> found.opens, found.closes
({0: 0, 1: 1, 3: 2}, {1: 0, 3: 1, 4: 2})
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from spanferry.data.records import Offsets
from spanferry.projection.services import Pieces

#: (i, j...): a place for the opening marker, and those for the closing one with it.
Places = tuple[tuple[int, tuple[int, ...]], ...]


@dataclass(frozen=True, slots=True)
class Edges:
    """Where markers may stand.

    Args:
        opens: number of the sub-word behind an opening marker, to the first word that it covers.
        closes: number of the sub-word behind a closing marker (n at the end), to the last word.
    """

    opens: dict[int, int]
    closes: dict[int, int]

    def places(self) -> Places:
        """Each opening with the closings behind it; none is empty."""
        found = [
            (i, tuple(j for j, last in self.closes.items() if j > i and last >= first))
            for i, first in self.opens.items()
        ]
        return tuple((i, ends) for i, ends in found if ends)


def word_edges(pieces: Pieces, words: Sequence[Offsets]) -> Edges:
    """Edges between words.

    Where a sub-word reaches over an edge of a word, the marker stands outside it. Blanks that are
    sub-words of their own belong to the word behind them.

    Args:
        words: ranges in the text of the pieces, in text order.
    """
    ranges = pieces.ranges
    opens: dict[int, int] = {}
    closes: dict[int, int] = {}
    at = 0
    for number, (start, end) in enumerate(words):
        while at < len(ranges) and ranges[at][1] <= start:
            at += 1
        if at == len(ranges) or ranges[at][0] >= end:
            continue  # a word of characters that the tokenizer drops
        first = last = at
        while last + 1 < len(ranges) and ranges[last + 1][0] < end:
            last += 1
        while first and ranges[first - 1][0] == ranges[first - 1][1]:
            first -= 1
        opens.setdefault(first, number)
        closes[last + 1] = number
    return Edges(opens, closes)
