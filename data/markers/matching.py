"""Bracketed phrases matched to the spans that they are the translations of, all together.

EasyProject takes the first phrase above a threshold and drops the sentence where the types do not
come out even. Here the best total decides, of likeness and of order.
"""

from __future__ import annotations

import difflib
import math
from collections.abc import Sequence

#: What a phrase in the same place of the order adds to its likeness, at most; set by hand: less
#: than what tells two different phrases apart, more than what two equal ones differ by.
ORDER = 0.3
#: Likeness that a phrase has which resembles nothing; a phrase is rather matched than left over.
LEAST = 0.05


def likeness(one: str, other: str) -> float:
    """How alike two phrases are, in [0, 1]: twice the letters in common, by all letters."""
    one, other = one.casefold().strip(), other.casefold().strip()
    if not one or not other:
        return 0.0
    if one == other:
        return 1.0
    return difflib.SequenceMatcher(None, one, other, autojunk=False).ratio()


def match(
    phrases: Sequence[str], wanted: Sequence[Sequence[str]]
) -> list[tuple[int, float] | None]:
    """For each wanted span the phrase that it became, and how sure that is.

    Args:
        phrases: marked phrases of the translation, in order.
        wanted: of each span, in order: what it may have become (its translation alone, itself).

    One phrase of one span is it, whatever it looks like.
    """
    if len(phrases) == len(wanted) == 1:
        return [(0, 1.0)]
    if not phrases or not wanted:
        return [None] * len(wanted)
    n, m = len(wanted), len(phrases)
    alike = [[max((likeness(w, p) for w in ways), default=0.0) for p in phrases] for ways in wanted]
    total = [
        [LEAST + alike[i][j] + ORDER * (1 - abs(_rank(i, n) - _rank(j, m))) for j in range(m)]
        for i in range(n)
    ]
    chosen = assign(total)
    found: list[tuple[int, float] | None] = []
    for i, j in enumerate(chosen):
        if j is None:
            found.append(None)
            continue
        # how far the best other choice for this span or this phrase is behind
        others = [total[i][k] for k in range(m) if k != j] + [
            total[k][j] for k in range(n) if k != i
        ]
        lead = total[i][j] - max(others, default=0.0)
        found.append((j, min(1.0, 0.75 + 0.5 * max(-0.5, min(0.5, lead)))))
    return found


def _rank(place: int, count: int) -> float:
    return place / (count - 1) if count > 1 else 0.5


def assign(gains: Sequence[Sequence[float]]) -> list[int | None]:
    """For each row its column, no column twice, so that the sum of the gains is largest.

    The Hungarian method with potentials (Kuhn, 1955; Munkres, 1957), O(rows² · columns). Rows stay
    without a column where there are more of them than columns.

    >>> assign([[3, 2], [3, 0]])
    [1, 0]
    """
    n, m = len(gains), len(gains[0]) if gains else 0
    if n > m:
        turned = assign([[gains[i][j] for i in range(n)] for j in range(m)])
        back = {i: j for j, i in enumerate(turned) if i is not None}
        return [back.get(i) for i in range(n)]
    rows, columns = [0.0] * (n + 1), [0.0] * (m + 1)
    owner, way = [0] * (m + 1), [0] * (m + 1)
    for i in range(1, n + 1):
        owner[0], j = i, 0
        least, used = [math.inf] * (m + 1), [False] * (m + 1)
        while True:
            used[j] = True
            row, step, best = owner[j], math.inf, 0
            for k in range(1, m + 1):
                if used[k]:
                    continue
                cost = -gains[row - 1][k - 1] - rows[row] - columns[k]
                if cost < least[k]:
                    least[k], way[k] = cost, j
                if least[k] < step:
                    step, best = least[k], k
            for k in range(m + 1):
                if used[k]:
                    rows[owner[k]] += step
                    columns[k] -= step
                else:
                    least[k] -= step
            j = best
            if not owner[j]:
                break
        while j:
            owner[j] = owner[way[j]]
            j = way[j]
    found: list[int | None] = [None] * n
    for j in range(1, m + 1):
        if owner[j]:
            found[owner[j] - 1] = j - 1
    return found
