"""Mutual softmax or entmax of dot products: the extraction of awesome-align.

Dou and Neubig, "Word Alignment by Fine-tuning Embeddings on Parallel Corpora" (EACL 2021),
section 2.1: the dot products of all units of two sentences are made a probability distribution
over the other side's units, in both directions; two units are linked where both directions give
more than a threshold.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from spanferry.aligners.matchers.base import VectorBatch
from spanferry.aligners.symmetrize import Symmetrization, symmetrize

if TYPE_CHECKING:
    from torch import Tensor

Extraction = Literal["softmax", "entmax"]

#: A link's score is at least this, so that none reads as no link.
LOWEST_SCORE = 1e-6


@dataclass(frozen=True, slots=True)
class SoftmaxMatcher:
    """A `Matcher` that links units which choose one another.

    Where a grow method is asked for, it works on the units as they are given (sub-words for
    sub-word vectors), as the intersection does.

    Args:
        extraction: `softmax`, or `entmax`: the sparse transformation 1.5-entmax.
        threshold: probability that a link must exceed in softmax; entmax has exact zeros, and
            links are what is above 0.
        symmetrization: what becomes of the two directions; `forward` is the distribution of each
            source unit over target units.
    """

    extraction: Extraction = "softmax"
    threshold: float = 0.001
    symmetrization: Symmetrization = "intersection"

    def __call__(self, batch: VectorBatch) -> Tensor:
        """See `Matcher`. The score of a link is that of `link_scores`."""
        products = batch.source @ batch.target.mT
        forward, reverse = (margin > 0 for margin in self.margins(batch, products))
        linked = _symmetrized(forward, reverse, self.symmetrization)
        return link_scores(products, batch).clamp(LOWEST_SCORE, 1.0) * linked

    def margins(self, batch: VectorBatch, products: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """By how much each direction links two units, where above 0, or misses linking them.

        In softmax a difference of probabilities, in entmax one of halved dot products.

        Args:
            products: dot products of all units, where they are known.

        Returns:
            From source to target and back, each [pairs, source units, target units]; minus
            infinity in the padding.
        """
        if products is None:
            products = batch.source @ batch.target.mT
        rows, columns = _present(batch)
        if self.extraction == "softmax":
            forward = masked_softmax(products, columns) - self.threshold
            reverse = masked_softmax(products.mT, rows).mT - self.threshold
        else:
            forward = _excess(products, columns)
            reverse = _excess(products.mT, rows).mT
        padding = ~(rows.mT & columns)
        lowest = float("-inf")
        return forward.masked_fill(padding, lowest), reverse.masked_fill(padding, lowest)


def link_scores(products: Tensor, batch: VectorBatch) -> Tensor:
    """How sure each link would be: what awesome-align calls its probability.

    The harmonic mean of the softmax over the target units and of that over the source units, both
    at a temperature of the square root of the number of units they run over. It is 1 where each
    of two units has no other partner in sight, and about 1 / units where all are alike.

    Args:
        products: dot products, [pairs, source units, target units].

    Returns:
        Shares in [0, 1], of the same shape; meaningless in the padding.
    """
    rows, columns = _present(batch)
    ahead = masked_softmax(products / batch.targets.sqrt()[:, None, None], columns)
    back = masked_softmax(products.mT / batch.sources.sqrt()[:, None, None], rows).mT
    return 2 * ahead * back / (ahead + back + 1e-9)


def masked_softmax(values: Tensor, present: Tensor) -> Tensor:
    """Softmax over the last dimension's entries that are present; the others become 0."""
    return values.masked_fill(~present, float("-inf")).softmax(dim=-1)


def entmax15(values: Tensor, present: Tensor) -> Tensor:
    """1.5-entmax over the last dimension's entries that are present; the others become 0.

    Peters, Niculae and Martins, "Sparse Sequence-to-Sequence Models" (ACL 2019), algorithm 2.
    """
    return _excess(values, present).clamp(min=0) ** 2


def _excess(values: Tensor, present: Tensor) -> Tensor:
    """By how much halved values exceed their row's threshold: the roots of 1.5-entmax.

    With a row halved and sorted, the threshold of its k largest values is their mean less the
    square root of (1 - their sum of squared deviations) / k; the right k is the last one whose own
    value is not below that. Nothing that lies more than 1 below the largest gets a share, so what
    does, the absent ones too, is cut off at 2 below it, which keeps sums of squares exact.
    """
    import torch

    halved = values.masked_fill(~present, float("-inf")) / 2
    halved = halved - halved.amax(dim=-1, keepdim=True)
    largest = halved.clamp(min=-2.0).sort(dim=-1, descending=True).values
    counts = torch.arange(1, values.shape[-1] + 1, device=values.device, dtype=values.dtype)
    means = largest.cumsum(dim=-1) / counts
    deviations = counts * ((largest**2).cumsum(dim=-1) / counts - means**2)
    thresholds = means - ((1 - deviations) / counts).clamp(min=0).sqrt()
    support = (thresholds <= largest).sum(dim=-1, keepdim=True)
    return halved - thresholds.gather(-1, support - 1)


def _present(batch: VectorBatch) -> tuple[Tensor, Tensor]:
    """Which units are none of the padding: [pairs, 1, source units], [pairs, 1, target units]."""
    import torch

    device = batch.source.device
    rows = torch.arange(batch.source.shape[1], device=device) < batch.sources[:, None]
    columns = torch.arange(batch.target.shape[1], device=device) < batch.targets[:, None]
    return rows[:, None], columns[:, None]


def _symmetrized(forward: Tensor, reverse: Tensor, method: Symmetrization) -> Tensor:
    if method == "intersection":
        return forward & reverse
    if method == "union":
        return forward | reverse
    if method == "forward":
        return forward
    if method == "reverse":
        return reverse
    import torch

    linked = torch.zeros_like(forward, device="cpu")
    for pair, (ahead, back) in enumerate(zip(forward.cpu(), reverse.cpu(), strict=True)):
        links = symmetrize(_links(ahead), _links(back), method)
        if links:
            linked[pair, *torch.tensor(sorted(links)).T] = True
    return linked.to(forward.device)


def _links(linked: Tensor) -> list[tuple[int, int]]:
    return [(source, target) for source, target in linked.nonzero().tolist()]
