"""Links of several aligners for the same sentence pairs become one set of links."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from spanferry.data.links import Link

Scoring = Literal["mean", "noisy-or"]

_DIGITS = 4

Links = tuple[Link, ...]


def shares(weights: Sequence[float] | None, members: int) -> tuple[float, ...]:
    """The weights divided by their sum; equal ones where none are given."""
    if weights is None:
        return (1 / members,) * members
    total = sum(weights)
    return tuple(weight / total for weight in weights)


def combine(
    found: Sequence[Sequence[Link]], weights: Sequence[float], scores: Scoring
) -> dict[tuple[int, int], float]:
    """The score of each link that any aligner gives a sentence pair, by source and target index.

    - `mean`: the weighted mean of the aligners' scores; an aligner without the link counts as 0.
    - `noisy-or`: 1 - product of (1 - score) ** (weight / largest weight): with equal weights the
      chance that at least one of them is right, if their scores are probabilities and their errors
      independent; a smaller weight makes an aligner's evidence count in part.

    Args:
        found: the links of each aligner.
        weights: of each aligner; they sum to 1.

    >>> combine([[Link(0, 0, 0.8)], [Link(0, 0, 0.5), Link(1, 1, 0.9)]], [0.5, 0.5], "mean")
    {(0, 0): 0.65, (1, 1): 0.45}
    >>> combine([[Link(0, 0, 0.8)], [Link(0, 0, 0.5)]], [0.5, 0.5], "noisy-or")
    {(0, 0): 0.9}
    """
    sums: dict[tuple[int, int], float] = {}
    if scores == "mean":
        for links, weight in zip(found, weights, strict=True):
            for source, target, score in links:
                sums[source, target] = sums.get((source, target), 0.0) + weight * score
        return {cell: round(min(value, 1.0), _DIGITS) for cell, value in sums.items()}
    largest = max(weights)
    for links, weight in zip(found, weights, strict=True):
        for source, target, score in links:
            doubt = (1 - min(score, 1.0)) ** (weight / largest)
            sums[source, target] = sums.get((source, target), 1.0) * doubt
    return {cell: round(1 - value, _DIGITS) for cell, value in sums.items()}


def elected(
    found: Sequence[Sequence[Link]],
    weights: Sequence[float],
    scores: Scoring,
    threshold: float,
) -> Links:
    """The links whose score is above 0 and reaches the threshold, in order; see `combine`."""
    return tuple(
        Link(source, target, score)
        for (source, target), score in sorted(combine(found, weights, scores).items())
        if score >= threshold and score > 0
    )
