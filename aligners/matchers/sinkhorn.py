"""Optimal transport with entropic regularisation, many problems at once.

Each kind is solved by scaling the rows and the columns of the plan by turns, in log space:

- `balanced` moves all mass: Cuturi, "Sinkhorn Distances" (NIPS 2013).
- `partial` moves a given share of it: Benamou, Carlier, Cuturi, Nenna and Peyré, "Iterative
  Bregman Projections for Regularized Transportation Problems" (SIAM Journal on Scientific
  Computing 37, 2015), proposition 5. The corrections that its projections need are constant
  along rows, along columns or over the plan, so two vectors and a number hold them.
- `unbalanced` may move less or more, at a price: Chizat, Peyré, Schmitzer and Vialard, "Scaling
  Algorithms for Unbalanced Optimal Transport Problems" (Mathematics of Computation 87, 2018).

The plans are those of POT's `ot.bregman.sinkhorn_log`, `ot.partial.entropic_partial_wasserstein`
and `ot.unbalanced.sinkhorn_unbalanced`, which solve one problem a call. POT's batched solver knows
the first kind only, and stops when the slowest problem of a batch has converged, so that a plan
would depend on the rest of its batch. Here each problem stops by itself.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from torch import Tensor

Kind = Literal["balanced", "partial", "unbalanced"]

#: Convergence is looked at after each so many rounds.
_LOOK = 10


def transport_plans(
    cost: Tensor,
    source: Tensor,
    target: Tensor,
    *,
    kind: Kind,
    regularisation: float,
    mass: float = 1.0,
    relaxation: float = 1.0,
    rounds: int = 1000,
    tolerance: float = 1e-6,
) -> Tensor:
    """Plans of a batch of problems; what has no mass (padding) gets and gives nothing.

    Args:
        cost: [problems, sources, targets], finite in the padding too.
        source: masses, [problems, sources]; at least one of each problem above 0.
        target: likewise, [problems, targets]; `balanced` needs the sum of the source's.
        kind: see the module.
        regularisation: weight of the plan's entropy, above 0, in units of cost.
        mass: what `partial` moves, as a share of the mass of the side that has less, in (0, 1].
        relaxation: what `unbalanced` pays for each unit of Kullback-Leibler divergence between
            the margins of the plan and the masses, in units of cost.
        rounds: how often rows and columns are scaled at most.
        tolerance: a problem has converged when no logarithm of a scale moved more than this in
            a round; 0 for all rounds.

    Returns:
        Plans of the shape of `cost`, at least 0.
    """
    import torch

    held, sought = source > 0, target > 0
    rows, columns = source.log(), target.log()
    kernel = -cost / regularisation
    weight = 1.0
    if kind == "unbalanced":
        # the entropy is relative to the product of the masses here, as in POT
        kernel = kernel + rows[:, :, None] + columns[:, None, :]
        weight = relaxation / (relaxation + regularisation)
    kernel = kernel.masked_fill(~(held[:, :, None] & sought[:, None, :]), float("-inf"))
    rows, columns = rows.masked_fill(~held, 0.0), columns.masked_fill(~sought, 0.0)
    moved = (mass * torch.minimum(source.sum(1), target.sum(1))).log()[:, None]
    first, second = torch.zeros_like(rows), torch.zeros_like(columns)
    whole = torch.zeros_like(moved)
    if kind == "partial":
        whole = moved - kernel.flatten(1).logsumexp(1, keepdim=True)
    going = torch.ones_like(moved, dtype=torch.bool)
    for turn in range(1, rounds + 1):
        before = first, second, whole
        reached = (kernel + second[:, None, :]).logsumexp(2).masked_fill(~held, 0.0)
        new_first = weight * (rows - reached - whole)
        if kind == "partial":
            new_first = new_first.clamp(max=0.0)
        first = torch.where(going, new_first, first)
        reached = (kernel + first[:, :, None]).logsumexp(1).masked_fill(~sought, 0.0)
        new_second = weight * (columns - reached - whole)
        if kind == "partial":
            new_second = new_second.clamp(max=0.0)
            sums = (reached + new_second).masked_fill(~sought, float("-inf"))
            whole = torch.where(going, moved - sums.logsumexp(1, keepdim=True), whole)
        second = torch.where(going, new_second, second)
        if tolerance and turn % _LOOK == 0:
            after = first, second, whole
            steps = [(new - old).abs() for new, old in zip(after, before, strict=True)]
            going = going & (torch.cat(steps, dim=1).amax(1, keepdim=True) > tolerance)
            if not bool(going.any()):
                break
    return (kernel + first[:, :, None] + (second + whole)[:, None, :]).exp()
