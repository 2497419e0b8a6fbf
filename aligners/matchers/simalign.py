"""The matching methods of SimAlign (Jalili Sabet et al. 2020, arXiv:2004.08728), in batches.

Similarity is (1 + cosine) / 2. The results are those of the authors' package `simalign` 0.4, pair
for pair, but for similarities that are equal or differ in the last bits of a float.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from spanferry.aligners.matchers.base import VectorBatch

if TYPE_CHECKING:
    from torch import Tensor

Method = Literal["inter", "itermax", "mwmf", "fwd", "rev"]

#: Itermax: what a similarity counts for where one of the two units has a partner already, and
#: how many rounds there are (section 3.2 of the paper: 0.9 and 2).
ALPHA = 0.9
ROUNDS = 2
#: Pairs with a side of at most this many units are spared itermax's second round and the
#: entropy threshold, as in the package.
SHORT = 2
#: Of the softmax over similarities that confidences come from, in standard deviations of the
#: pair's similarities: how far apart they lie differs tenfold between encoders. On the Hansards
#: English-French links (120 pairs, Gemma 3 270M, layer 12) confidences order right before wrong
#: links with an AUC of 0.82 to 0.83 (inter, itermax, mwmf), cosines with 0.76 to 0.78; 0.1 and 0.5
#: instead of 0.2 change that by 0.02 at most.
TEMPERATURE = 0.2


@dataclass(frozen=True, slots=True)
class SimalignMatcher:
    """A method with its options.

    Args:
        method: `inter` (mutual argmax), `itermax`, `mwmf` (the matching of greatest similarity),
            `fwd` and `rev` (each unit's best partner, from the source's and the target's side).
        distortion: weight of the squared difference of relative positions, 0 to 1 (section 3.3).
        max_entropy: links of units whose similarities are spread more evenly than this, on the
            less even side, are taken away (section 3.3, null words); None: no link is.
    """

    method: Method = "itermax"
    distortion: float = 0.0
    max_entropy: float | None = None

    def __call__(self, batch: VectorBatch) -> Tensor:
        """Confidences of the links, see `confidences`; 0 elsewhere."""
        similarity = similarities(batch, self.distortion)
        there = cells(batch)
        links = find_links(self.method, similarity, there, batch)
        if self.max_entropy is not None:
            links &= entropies(similarity, there, batch) <= self.max_entropy
        return confidences(similarity, there) * links


def cells(batch: VectorBatch) -> Tensor:
    """Where there is a source and a target unit, [pairs, source units, target units]."""
    rows, columns = _units(batch)
    return rows[:, :, None] & columns[:, None, :]


def cosines(batch: VectorBatch) -> Tensor:
    """Cosines of all units, [pairs, source units, target units]; 0 in the padding."""
    import torch

    return torch.bmm(_unit(batch.source), _unit(batch.target).transpose(1, 2))


def similarities(batch: VectorBatch, distortion: float = 0.0) -> Tensor:
    """(1 + cosine) / 2, weighed by distance, [pairs, source units, target units]."""
    import torch

    similarity = cosines(batch).add_(1.0).div_(2.0)
    if distortion == 0.0:
        return similarity
    sizes = batch.sources[:, None, None], batch.targets[:, None, None]
    steps = [
        torch.arange(length, device=similarity.device, dtype=torch.float64)
        for length in similarity.shape[1:]
    ]
    # double precision, like the package: near-equal similarities keep their order
    left = steps[0][None, :, None] / (sizes[0] - 1).clamp(min=1)
    right = steps[1][None, None, :] / (sizes[1] - 1).clamp(min=1)
    weights = 1.0 - (right - left) ** 2 * distortion
    single = (sizes[0] < 2) | (sizes[1] < 2)
    return similarity * torch.where(single, torch.ones_like(weights), weights)


def find_links(method: Method, similarity: Tensor, there: Tensor, batch: VectorBatch) -> Tensor:
    """The links of a method, bool, of the shape of `similarity`."""
    if method == "mwmf":
        return _heaviest(similarity, batch)
    forward, backward = _best(similarity, there)
    if method == "fwd":
        return forward
    if method == "rev":
        return backward
    links = forward & backward
    return _iterate(similarity, links, there, batch) if method == "itermax" else links


def entropies(similarity: Tensor, there: Tensor, batch: VectorBatch) -> Tensor:
    """How evenly a unit's similarities are spread: 0 to 1 (all equal), the lesser of both sides.

    A pair with a side of at most two units has 0: its links are never taken away.
    """
    import torch

    masked = similarity.double() * there
    sides = []
    for axis, count in ((2, batch.targets), (1, batch.sources)):
        share = masked / masked.sum(axis, keepdim=True).clamp(min=1e-300)
        entropy = -torch.special.xlogy(share, share).sum(axis, keepdim=True)
        sides.append(entropy / count.double().clamp(min=2).log()[:, None, None])
    short = torch.minimum(batch.sources, batch.targets) <= SHORT
    return torch.minimum(*sides) * ~short[:, None, None] * there


def confidences(similarity: Tensor, there: Tensor) -> Tensor:
    """How sure two units are of one another, in (0, 1]: the geometric mean of two probabilities.

    They are those of a softmax over all target units and of one over all source units, of the
    pair's similarities divided by `TEMPERATURE` standard deviations. So 1 means that no other unit
    comes near on either side, 0.5 that there is about one rival, and pairs of units that are
    linked though others are more similar (itermax, mwmf) are below that.
    """
    import torch

    values = similarity.float()
    count = there.sum((1, 2), keepdim=True)
    centred = (values - (values * there).sum((1, 2), keepdim=True) / count) * there
    deviation = (centred.square().sum((1, 2), keepdim=True) / count).sqrt().clamp(min=1e-6)
    logits = (centred / (deviation * TEMPERATURE)).masked_fill(~there, -torch.inf)
    both = logits.log_softmax(2) + logits.log_softmax(1)
    # the padding has no probability: (-inf) - (-inf)
    return (both / 2).exp().nan_to_num(0.0).clamp(min=1e-6) * there


def _units(batch: VectorBatch) -> tuple[Tensor, Tensor]:
    import torch

    places = torch.arange(
        max(batch.source.shape[1], batch.target.shape[1]), device=batch.source.device
    )
    return (
        places[: batch.source.shape[1]] < batch.sources[:, None],
        places[: batch.target.shape[1]] < batch.targets[:, None],
    )


def _unit(vectors: Tensor) -> Tensor:
    norms: Tensor = vectors.norm(dim=2, keepdim=True)
    return vectors / norms.masked_fill(norms == 0, 1.0)


def _best(values: Tensor, there: Tensor) -> tuple[Tensor, Tensor]:
    """Each row's and each column's first greatest value, as bools."""
    import torch

    inside = values.masked_fill(~there, -1.0)
    forward = torch.zeros_like(there).scatter_(2, inside.argmax(2, keepdim=True), True)
    backward = torch.zeros_like(there).scatter_(1, inside.argmax(1, keepdim=True), True)
    return forward & there, backward & there


def _iterate(similarity: Tensor, links: Tensor, there: Tensor, batch: VectorBatch) -> Tensor:
    """Itermax's further rounds: mutual argmax among the pairs that are not both linked."""
    import torch

    rows, columns = _units(batch)
    long = torch.minimum(batch.sources, batch.targets) > SHORT
    for _ in range(ROUNDS - 1):
        free_rows, free_columns = rows & ~links.any(2), columns & ~links.any(1)
        open_pair = long & free_rows.any(1) & free_columns.any(1)
        neither = free_rows[:, :, None] & free_columns[:, None, :]
        either = (free_rows[:, :, None] | free_columns[:, None, :]) & there
        weights = torch.where(neither, 1.0, ALPHA * either.double())
        forward, backward = _best(similarity * weights, there)
        links = links | (forward & backward & either & open_pair[:, None, None])
    return links


def _heaviest(similarity: Tensor, batch: VectorBatch) -> Tensor:
    """One to one links of the greatest sum, as many as there are units on the shorter side."""
    import torch
    from scipy.optimize import linear_sum_assignment

    links = torch.zeros(similarity.shape, dtype=torch.bool)
    sizes = zip(batch.sources.tolist(), batch.targets.tolist(), strict=True)
    values = similarity.double().to("cpu").numpy()
    for number, (source, target) in enumerate(sizes):
        inner = values[number, :source, :target]
        rows, columns = linear_sum_assignment(inner, maximize=True)
        linked = inner[rows, columns] > 0
        links[number, rows[linked], columns[linked]] = True
    return links.to(similarity.device)
