"""From the probabilities of both directions to links."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from spanferry.aligners.supervised.heads import Array
from spanferry.aligners.symmetrize import Symmetrization, symmetrize
from spanferry.data.links import Link

Method = Literal["average"] | Symmetrization

#: Scores are rounded to this many digits, before they are compared with the threshold: beyond, they
#: depend on the batch.
_DIGITS = 4


def links(
    forward: Array | None,
    reverse: Array | None,
    method: Method,
    threshold: float,
) -> tuple[Link, ...]:
    """Links, sorted, with the mean of both directions' probabilities as scores.

    Args:
        forward: [source words, target words], for marked source words; None if not looked at.
        reverse: [target words, source words], for marked target words; None likewise. One of the
            two is there.
        method: `average`, or one of `Symmetrization`.
        threshold: probabilities must be above it.
    """
    scores = mean(forward, reverse)
    if method == "average" or forward is None or reverse is None:
        places = _above(scores, threshold)
    else:
        ahead, back = (
            _above(np.round(side.astype(np.float64), _DIGITS), threshold)
            for side in (forward, reverse.T)
        )
        places = sorted(symmetrize(ahead, back, method))
    return tuple(Link(i, j, min(1.0, float(scores[i, j]))) for i, j in places)


def mean(forward: Array | None, reverse: Array | None) -> npt.NDArray[np.float64]:
    """The mean of both directions, or the only one; [source words, target words]."""
    turned = None if reverse is None else reverse.T
    there = [side.astype(np.float64) for side in (forward, turned) if side is not None]
    return np.round(sum(there[1:], there[0]) / len(there), _DIGITS)


def _above(values: npt.NDArray[np.floating[Any]], threshold: float) -> list[tuple[int, int]]:
    """The places of values above the threshold, in order."""
    rows, columns = np.nonzero(values > threshold)
    return list(zip(rows.tolist(), columns.tolist(), strict=True))
