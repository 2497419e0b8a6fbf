"""Fits a calibration: isotonic regression over bins of links, with the ends and plateaus rounded.

Isotonic regression, by the pool-adjacent-violators algorithm (Ayer et al., "An empirical
distribution function for sampling with incomplete information", 1955; for calibration Zadrozny and
Elkan, "Transforming classifier scores into accurate multiclass probability estimates", KDD 2002),
gives steps. Straight lines between the middles of the steps keep different scores different, which
a threshold needs.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from spanferry.aligners.base import Aligner, WordPair
from spanferry.aligners.calibration.curve import Calibration, HeldOut
from spanferry.aligners.calibration.wrapper import CalibratedAligner
from spanferry.aligners.evaluate import ScoredCase, calibration_error, reliability
from spanferry.aligners.link_files.pair import LinkedPair
from spanferry.data.backends import BackendInfo
from spanferry.data.errors import AccountingError, ConfigError

#: Fewest links that say enough: a share of right links among 200 is known to within seven points.
FEWEST_LINKS = 200
#: Bins before pooling, of equal numbers of links; those that span a bound between tenths of the
#: score are cut there, so that many low scores leave enough bins to the high ones.
BINS = 20
#: Every piece of the curve rises at least so steeply.
SLOPE = 0.02
#: Scores at which the curve bends are at least so far apart.
GAP = 1e-3
#: Links that each bin is given on top, right as often as all are: no bin is right always or never.
PRIOR = 2.0
_DIGITS = 6

Floats = npt.NDArray[np.float64]


def fit(
    cases: Iterable[ScoredCase],
    *,
    name: str,
    aligner: BackendInfo,
    settings: dict[str, Any] | None = None,
    fitted_on: str = "",
    languages: tuple[str, str] = ("", ""),
) -> Calibration:
    """A calibration from sentence pairs with hand-made links and the aligner's scored links.

    Args:
        cases: sure links, possible links and the aligner's links of each pair.
        name: what to call it.
        aligner: whose links these are.
        settings: those of the aligner, as JSON values.
        fitted_on: what the hand-made links are, for people.
        languages: of source and target.

    Raises:
        ConfigError: there are too few links.
    """
    pairs = 0
    scores: list[float] = []
    right: list[bool] = []
    for sure, possible, links in cases:
        pairs += 1
        scores += [score for _, _, score in links]
        right += [(s, t) in sure or (s, t) in possible for s, t, _ in links]
    if len(scores) < FEWEST_LINKS:
        raise ConfigError(
            f"a calibration needs at least {FEWEST_LINKS} links on pairs with hand-made links; "
            f"{aligner.name} gave {len(scores)} on {pairs} pairs"
        )
    return Calibration(
        name=name,
        aligner=aligner.name,
        revision=aligner.revision,
        settings=settings or {},
        fitted_on=fitted_on,
        languages=languages,
        pairs=pairs,
        links=len(scores),
        right=sum(right),
        knots=_knots(np.array(scores, dtype=np.float64), np.array(right, dtype=np.float64)),
    )


def calibrate(
    aligner: Aligner,
    gold: Sequence[LinkedPair],
    *,
    name: str,
    settings: dict[str, Any] | None = None,
    fitted_on: str = "",
) -> Calibration:
    """Fit a calibration on half of the pairs and measure it on the other half.

    A pair's half follows from its source words alone, so equal sentences stay together.

    Args:
        aligner: set up; of a calibrated one the aligner inside.
        gold: pairs with words and hand-made links; those without words are passed over.

    Raises:
        ConfigError: there are too few links in the first half.
        AccountingError: the aligner gave more or fewer results than it was given pairs.
    """
    if isinstance(aligner, CalibratedAligner):
        aligner = aligner.inner
    whole = [pair for pair in gold if pair.has_links and pair.source and pair.target]
    found = aligner.align([WordPair(pair.source or (), pair.target or ()) for pair in whole])
    if len(found) != len(whole):
        raise AccountingError(f"{aligner.info.name} aligned {len(found)} of {len(whole)} pairs")
    halves: tuple[list[ScoredCase], list[ScoredCase]] = ([], [])
    for pair, links in zip(whole, found, strict=True):
        halves[_half(pair.source or ())].append((pair.sure, pair.possible, links))
    kinds = {pair.languages for pair in whole}
    made = fit(
        halves[0],
        name=name,
        aligner=aligner.info,
        settings=settings,
        fitted_on=fitted_on,
        languages=kinds.pop() if len(kinds) == 1 else ("", ""),
    )
    return made.model_copy(update={"held_out": measure(made, halves[1])})


def measure(calibration: Calibration, cases: Sequence[ScoredCase]) -> HeldOut:
    """How good a calibration is on pairs with hand-made links and the aligner's own scores."""
    mapped = calibration.apply_links([links for _, _, links in cases])
    after = [
        (sure, possible, links) for (sure, possible, _), links in zip(cases, mapped, strict=True)
    ]
    return HeldOut(
        pairs=len(cases),
        links=sum(len(links) for _, _, links in cases),
        error_before=round(calibration_error(reliability(cases)), _DIGITS),
        error_after=round(calibration_error(reliability(after)), _DIGITS),
    )


def _half(words: Sequence[str]) -> int:
    text = "\n".join(words).encode("utf-8", "surrogatepass")
    return hashlib.sha256(text).digest()[0] % 2


def _knots(scores: Floats, right: Floats) -> tuple[tuple[float, float], ...]:
    x, y, weight = _bins(np.clip(scores, 0.0, 1.0), right)
    rate = (right.sum() + 0.5) / (len(right) + 1)
    y = (y * weight + PRIOR * rate) / (weight + PRIOR)
    # what rises at least by SLOPE is what does not fall when SLOPE is taken away
    x, y = _pool(x, y - SLOPE * x, weight)
    y = np.clip(y + SLOPE * x, SLOPE * x, 1 - SLOPE * (1 - x))
    knots: list[tuple[float, float]] = []
    for score, share in zip(x.tolist(), y.tolist(), strict=True):
        if not knots or score - knots[-1][0] >= GAP:
            knots.append((score, share))
    return tuple((round(a, _DIGITS), round(b, _DIGITS)) for a, b in _to_the_ends(knots))


def _to_the_ends(knots: list[tuple[float, float]]) -> list[tuple[float, float]]:
    """The knots with some at 0 and 1: beyond the outer bins the curve goes on as steeply as between
    the last two of them, as far as there is room."""
    (first, low), (last, high) = knots[0], knots[-1]
    down, up = low, 1 - high
    if len(knots) > 1:
        down = (knots[1][1] - low) / (knots[1][0] - first)
        up = (high - knots[-2][1]) / (last - knots[-2][0])
    ends = list(knots)
    if last > 1 - GAP:
        ends[-1] = (1.0, high)
    else:
        ends.append((1.0, min(1.0, high + (1 - last) * max(up, SLOPE))))
    if first < GAP:
        ends[0] = (0.0, ends[0][1])
    else:
        ends.insert(0, (0.0, max(0.0, low - first * max(down, SLOPE))))
    return ends


def _bins(scores: Floats, right: Floats) -> tuple[Floats, Floats, Floats]:
    """Mean score, share of right links and number of links of bins; equal scores share a bin."""
    values, place, counts = np.unique(scores, return_inverse=True, return_counts=True)
    count = counts.astype(np.float64)
    hits = np.bincount(place, weights=right)
    # a score belongs to the bin in which the middle of its links lies
    middle = np.cumsum(count) - count / 2
    part = np.minimum((middle * BINS / len(scores)).astype(np.intp), BINS - 1)
    _, number = np.unique(
        part * 10 + np.minimum(values * 10, 9).astype(np.intp), return_inverse=True
    )
    weight = np.bincount(number, weights=count).astype(np.float64)
    sums = np.bincount(number, weights=values * count).astype(np.float64)
    right_ones = np.bincount(number, weights=hits).astype(np.float64)
    return sums / weight, right_ones / weight, weight


def _pool(x: Floats, y: Floats, weight: Floats) -> tuple[Floats, Floats]:
    """Pool adjacent violators: the means of x and y over the blocks in which y does not rise."""
    blocks: list[tuple[float, float, float]] = []
    for new in zip(weight.tolist(), (weight * x).tolist(), (weight * y).tolist(), strict=True):
        block = new
        while blocks and blocks[-1][2] / blocks[-1][0] >= block[2] / block[0]:
            last = blocks.pop()
            block = (last[0] + block[0], last[1] + block[1], last[2] + block[2])
        blocks.append(block)
    size, sum_x, sum_y = np.array(blocks, dtype=np.float64).T
    return sum_x / size, sum_y / size
