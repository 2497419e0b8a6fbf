"""A closer look at spans of which the ranking is in doubt: whole phrases by their vectors.

The sum of the vectors of `tarta` and `queso` is no better for `cheesecake` than that of `queso`;
the vector of the phrase is. Encoding takes half a millisecond a phrase, so that only the best
candidates of short spans without a clear winner (a tenth of all spans) are looked at.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np

from spanferry.projection.base import ProjectionInput
from spanferry.projection.candidates import Part
from spanferry.projection.joint import log_probabilities
from spanferry.projection.lexicon import core
from spanferry.projection.likeness import Likeness
from spanferry.projection.segments import Pairs
from spanferry.projection.sides import Array

#: A probability from which a candidate is a clear winner.
CLEAR = 0.97
#: Candidates that are looked at, and words of a span that is short.
MOST, LONGEST = 6, 8


def in_doubt(part: Part) -> bool:
    """Whether a part is to be looked at."""
    if len(part.logs) < 2 or len(part.words) > LONGEST:
        return False
    return float(part.logs.max()) < math.log(CLEAR)


def compare_phrases(
    parts: Sequence[tuple[Part, ProjectionInput]], likeness: Likeness, weights: Mapping[str, float]
) -> None:
    """Take the cosine of the phrases into the log-probabilities of the best candidates.

    Args:
        weights: of the ranking's `log` and of the `phrase`.
    """
    for (part, _), (best, cosines) in zip(parts, phrase_cosines(parts, likeness), strict=True):
        logs = weights["log"] * part.logs[best] + weights["phrase"] * cosines
        # the others stay behind those that were looked at
        every = part.logs - float(part.logs.max()) + float(logs.min()) - 1.0
        every[best] = logs
        part.logs = log_probabilities(every)


def phrase_cosines(
    parts: Sequence[tuple[Part, ProjectionInput]], likeness: Likeness
) -> list[tuple[Pairs, Array]]:
    """The best candidates of each part, and how near each of them is to the span."""
    rows: dict[str, int] = {}
    wanted: list[tuple[Pairs, int, list[int]]] = []
    for part, item in parts:
        best = np.argsort(-part.logs, kind="stable")[:MOST]
        own = rows.setdefault(item.text[part.span.start : part.span.end], len(rows))
        texts = []
        for first, last in part.pairs[best].tolist():
            start, end = core(
                item.translation, item.target_words[first][0], item.target_words[last][1]
            )
            texts.append(rows.setdefault(item.translation[start:end], len(rows)))
        wanted.append((best, own, texts))
    vectors = likeness.phrases(list(rows)).astype(np.float64)
    # products of multiples of 1/64: exact, whatever the order of the sum
    return [(best, (vectors[texts] * vectors[own]).sum(axis=1)) for best, own, texts in wanted]
