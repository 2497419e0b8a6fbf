"""How far confidences can be believed: said and true shares of right spans, in bins."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

BINS = 10
#: The share of the spans whose precision is told, the surest ones.
SUREST = 0.8


@dataclass(frozen=True, slots=True)
class Bin:
    """Spans with confidences in [low, high); the last bin has 1 too.

    Args:
        number: of spans.
        said: their mean confidence; 0 for none.
        right: the share of them that is right; 0 for none.
    """

    low: float
    high: float
    number: int
    said: float
    right: float


@dataclass(frozen=True, slots=True)
class Reliability:
    """Of the spans that a method placed.

    Args:
        error: the expected calibration error: the mean over all spans of how far the said and
            the true share lie apart in the span's bin (Naeini et al., 2015).
        surest: the share that is right among the surest 80 %.
        bins: of equal width, the lowest first.
    """

    error: float
    surest: float
    bins: tuple[Bin, ...]


def reliability(
    scores: Sequence[float] | npt.NDArray[np.float64],
    right: Sequence[bool] | npt.NDArray[np.float64],
    bins: int = BINS,
) -> Reliability:
    """Confidences beside what is right.

    >>> found = reliability([0.95, 0.85, 0.85, 0.15], [True, True, False, False])
    >>> round(found.error, 3), round(found.surest, 3)
    (0.225, 0.667)

    Args:
        scores: in [0, 1], at least one.
        right: whether each span is exactly right.

    Raises:
        ValueError: there are no spans.
    """
    said, true = np.asarray(scores, float), np.asarray(right, float)
    if not len(said):
        raise ValueError("no spans, so nothing to be said of their confidences")
    place = np.minimum((said * bins).astype(int), bins - 1)
    found = []
    for b in range(bins):
        here = place == b
        n = int(here.sum())
        means = (float(said[here].mean()), float(true[here].mean())) if n else (0.0, 0.0)
        found.append(Bin(b / bins, (b + 1) / bins, n, *means))
    error = sum(one.number * abs(one.said - one.right) for one in found) / len(said)
    order = np.argsort(-said, kind="stable")[: max(1, round(SUREST * len(said)))]
    return Reliability(float(error), float(true[order].mean()), tuple(found))
