"""Links from optimal transport: each word sends its mass to the words it is most like.

After Arase, Bao and Yokoi, "Unbalanced Optimal Transport for Unbalanced Word Alignment" (ACL
2023): the cost of a pair of words is the cosine distance of their vectors, scaled so that it goes
from 0 to 1 in each sentence pair; masses are equal, or as the lengths of the vectors (Yokoi et
al., "Word Rotator's Distance", EMNLP 2020). A plan that need not move all mass leaves words
without partner alone. Where the paper thresholds the plan's mass, here a link is scored by its
share of what its two words move, which is fairer to words of short vectors and in long sentences.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from spanferry.aligners.matchers.base import VectorBatch
from spanferry.aligners.matchers.sinkhorn import Kind, transport_plans

if TYPE_CHECKING:
    from torch import Tensor

Marginals = Literal["uniform", "norm"]

#: A plan's scales are settled when their logarithms move less than this in a round.
_TOLERANCE = 1e-4


@dataclass(frozen=True, slots=True)
class TransportMatcher:
    """A `Matcher` that solves one transport problem a sentence pair.

    Args:
        kind, regularisation, mass, relaxation, rounds: see `transport_plans`; costs go from 0 to 1,
            and the masses of each side add up to 1.
        null_cost: of leaving mass with a null word, one on each side, which has room for all of
            it; None for no null words.
        marginals: each unit's mass: `uniform`, or by the length of its vector.
        distortion: added to the cost: this times the squared difference of relative positions.
        threshold: lowest score of a link, above 0.
    """

    kind: Kind = "unbalanced"
    regularisation: float = 0.03
    mass: float = 0.8
    relaxation: float = 0.1
    null_cost: float | None = None
    marginals: Marginals = "uniform"
    distortion: float = 0.0
    threshold: float = 0.45
    rounds: int = 200

    def __call__(self, batch: VectorBatch) -> Tensor:
        """See `Matcher`. A score is the harmonic mean of two shares: the link's mass in all that
        its source unit sends, and in all that its target unit gets."""
        cost = scaled_costs(batch, self.distortion)
        source = _masses(batch.source, batch.sources, self.marginals)
        target = _masses(batch.target, batch.targets, self.marginals)
        if self.null_cost is not None:
            cost, source, target = _with_null(cost, source, target, self.null_cost)
        plan = transport_plans(
            cost,
            source,
            target,
            kind=self.kind,
            regularisation=self.regularisation,
            mass=self.mass,
            relaxation=self.relaxation,
            rounds=self.rounds,
            tolerance=_TOLERANCE,
        )
        tiny = 1e-30
        sent = plan / plan.sum(dim=2, keepdim=True).clamp(min=tiny)
        got = plan / plan.sum(dim=1, keepdim=True).clamp(min=tiny)
        score = 2 * sent * got / (sent + got).clamp(min=tiny)
        if self.null_cost is not None:
            score = score[:, 1:, 1:]
        return score.clamp(max=1.0).masked_fill(score < self.threshold, 0.0)


def scaled_costs(batch: VectorBatch, distortion: float = 0.0) -> Tensor:
    """Cosine distances, from 0 (the most alike units of the pair) to 1 (the least alike ones).

    Returns:
        [pairs, source units, target units]; 0 in the padding, and all over a pair whose distances
        are all the same. The distortion comes on top.
    """
    import torch

    rows, columns = _present(batch.source, batch.sources), _present(batch.target, batch.targets)
    cells = rows[:, :, None] & columns[:, None, :]
    normal = torch.nn.functional.normalize
    cost = 1 - normal(batch.source, dim=-1) @ normal(batch.target, dim=-1).mT
    low = cost.masked_fill(~cells, float("inf")).amin(dim=(1, 2), keepdim=True)
    high = cost.masked_fill(~cells, float("-inf")).amax(dim=(1, 2), keepdim=True)
    # the difference of equal distances is rounding error, which must not be scaled up
    cost = (cost - low) / (high - low).clamp(min=1e-6)
    if distortion:
        left, right = _relative(batch.source, batch.sources), _relative(batch.target, batch.targets)
        cost = cost + distortion * (left[:, :, None] - right[:, None, :]) ** 2
    return cost.masked_fill(~cells, 0.0)


def _present(vectors: Tensor, counts: Tensor) -> Tensor:
    import torch

    return torch.arange(vectors.shape[1], device=vectors.device) < counts[:, None]


def _relative(vectors: Tensor, counts: Tensor) -> Tensor:
    """Positions from 0 to below 1, [pairs, units]."""
    import torch

    return torch.arange(vectors.shape[1], device=vectors.device) / counts[:, None]


def _masses(vectors: Tensor, counts: Tensor, marginals: Marginals) -> Tensor:
    """Masses that add up to 1, [pairs, units]; 0 in the padding and nowhere else."""
    present = _present(vectors, counts).to(vectors.dtype)
    if marginals == "norm":
        present = present * vectors.norm(dim=-1).clamp(min=1e-6)
    return present / present.sum(dim=1, keepdim=True)


def _with_null(
    cost: Tensor, source: Tensor, target: Tensor, null_cost: float
) -> tuple[Tensor, Tensor, Tensor]:
    """The problem with a null word before the first of each side; null to null costs nothing."""
    import torch

    wide = torch.nn.functional.pad(cost, (1, 0, 1, 0), value=null_cost)
    wide[:, 0, 0] = 0.0
    source, target = (torch.nn.functional.pad(side, (1, 0), value=1.0) for side in (source, target))
    return wide, source, target
