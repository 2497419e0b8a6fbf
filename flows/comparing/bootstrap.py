"""How sure a difference of F1 is: the paired bootstrap over texts (Koehn, 2004)."""

from __future__ import annotations

from collections.abc import Sequence, Set
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from spanferry.projection.evaluate import LabelledRange

#: The share of the resamples within the interval.
LEVEL = 0.95
_SEED = 0


@dataclass(frozen=True, slots=True)
class Interval:
    """A difference of F1, in [-1, 1], and where 95 % of its resamples lie.

    Args:
        value: the difference on the texts as they are.
        low, high: percentiles 2.5 and 97.5.
    """

    value: float
    low: float
    high: float

    @property
    def clear(self) -> bool:
        """Whether 0 is outside."""
        return self.low > 0 or self.high < 0


def f1_difference(
    wanted: Sequence[Set[LabelledRange]],
    first: Sequence[Set[LabelledRange]],
    second: Sequence[Set[LabelledRange]],
    resamples: int,
) -> Interval:
    """By how much the F1 of `second` is above that of `first`.

    Texts are drawn with replacement, the same ones for both, always with the same seed.

    Args:
        wanted, first, second: gold and predicted spans of each text.
    """
    counts = np.array(
        [
            (len(gold), len(one), len(gold & one), len(two), len(gold & two))
            for gold, one, two in zip(wanted, first, second, strict=True)
        ],
        float,
    )
    generator = np.random.default_rng(_SEED)
    n = len(counts)
    drawn = np.stack(
        [np.bincount(generator.integers(n, size=n), minlength=n) @ counts for _ in range(resamples)]
    )
    differences = _difference(drawn)
    edge = 100 * (1 - LEVEL) / 2
    low, high = np.percentile(differences, [edge, 100 - edge])
    return Interval(float(_difference(counts.sum(axis=0)[None])[0]), float(low), float(high))


def _difference(sums: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Of rows of sums: gold, then predicted and correct spans of the first and of the second."""
    gold, one, one_right, two, two_right = sums.T
    return _f1(gold, two, two_right) - _f1(gold, one, one_right)


def _f1(
    gold: npt.NDArray[np.float64],
    predicted: npt.NDArray[np.float64],
    right: npt.NDArray[np.float64],
) -> npt.NDArray[np.float64]:
    found: npt.NDArray[np.float64] = 2 * right / np.maximum(gold + predicted, 1)
    return found
