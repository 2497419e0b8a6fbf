"""The losses of awesome-align (Dou and Neubig, EACL 2021, section 2.2), as functions of tensors.

Each is the mean over the sentences or pairs that it is given, as the package's is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from spanferry.aligners.matchers.base import VectorBatch
from spanferry.aligners.matchers.softmax import (
    Extraction,
    SoftmaxMatcher,
    entmax15,
    masked_softmax,
)

if TYPE_CHECKING:
    from torch import Tensor

#: Labels of the objective `parallel`, as in the package's checkpoints.
OTHER, TRANSLATION = 0, 1


def masked_loss(scores: Tensor, labels: Tensor, rows: Tensor, count: int) -> Tensor:
    """Cross-entropy of masked sub-words: its mean within each sentence, then over sentences.

    Args:
        scores: [masked places, vocabulary], of all sentences one after the other.
        labels: the sub-word that stood at each place.
        rows: the sentence that each place is in.
        count: number of sentences; one without a masked place counts as 0.
    """
    import torch

    losses = torch.nn.functional.cross_entropy(scores.float(), labels, reduction="none")
    masked = torch.bincount(rows, minlength=count)
    return (losses / masked[rows]).sum() / count


def pair_loss(scores: Tensor, labels: Tensor) -> Tensor:
    """Cross-entropy of joined pairs being translations: scores [pairs, 2], labels [pairs]."""
    import torch

    return torch.nn.functional.cross_entropy(scores.float(), labels)


def word_guide(
    batch: VectorBatch,
    source_words: Tensor,
    target_words: Tensor,
    extraction: Extraction,
    threshold: float,
) -> Tensor:
    """Which sub-words stand in linked words, by the vectors themselves: what is then made surer.

    Two words are linked when any two of their sub-words are.

    Args:
        batch: vectors of sub-words.
        source_words: number of the word that each sub-word is a part of, [pairs, source units];
            anything in the padding.
        target_words: likewise.

    Returns:
        Zeros and ones, [pairs, source units, target units].
    """
    import torch

    linked = (SoftmaxMatcher(extraction, threshold)(batch) > 0).float()
    ahead = torch.nn.functional.one_hot(source_words).float()
    back = torch.nn.functional.one_hot(target_words).float()
    words = (ahead.mT @ linked @ back > 0).float()
    guide = ahead @ words @ back.mT
    return (
        guide
        * _units(batch.sources, linked.shape[1])[:, :, None]
        * (_units(batch.targets, linked.shape[2])[:, None])
    )


def distributions(batch: VectorBatch, extraction: Extraction) -> tuple[Tensor, Tensor]:
    """Probabilities of target units for each source unit, and of source units for each target
    unit, both [pairs, source units, target units]; 0 in the padding."""
    products = batch.source @ batch.target.mT
    rows = _units(batch.sources, products.shape[1])[:, None]
    columns = _units(batch.targets, products.shape[2])[:, None]
    distribute = masked_softmax if extraction == "softmax" else _entmax
    cells = rows.mT & columns
    return distribute(products, columns) * cells, distribute(products.mT, rows).mT * cells


def self_training_loss(ahead: Tensor, back: Tensor, guide: Tensor, batch: VectorBatch) -> Tensor:
    """Less the share of probability that lies on guide links, of both directions.

    Args:
        ahead, back: see `distributions`.
        guide: see `word_guide`.
        batch: for the numbers of units.
    """
    by_source = (ahead * guide).sum(dim=(1, 2)) / batch.sources
    by_target = (back * guide).sum(dim=(1, 2)) / batch.targets
    return -(by_source + by_target).mean()


def consistency_loss(ahead: Tensor, back: Tensor, batch: VectorBatch) -> Tensor:
    """Less the trace of the product of the two directions, per unit of the shorter side."""
    trace = (ahead * back).sum(dim=(1, 2))
    return -(trace / batch.sources.minimum(batch.targets)).mean()


def _units(counts: Tensor, width: int) -> Tensor:
    """Which units are none of the padding, [pairs, width]."""
    import torch

    return torch.arange(width, device=counts.device) < counts[:, None]


def _entmax(values: Tensor, present: Tensor) -> Tensor:
    """1.5-entmax with the gradient of Peters, Niculae and Martins (2019), section 3.2.

    With s the roots of the result, it is s * (g - <s, g> / sum(s)). Left to itself, torch would
    differentiate the search for the threshold, through roots of zeros.
    """
    import torch

    class Entmax(torch.autograd.Function):
        @staticmethod
        def forward(ctx: Any, given: Tensor) -> Tensor:
            result = entmax15(given, present)
            ctx.save_for_backward(result)
            return result

        @staticmethod
        def backward(ctx: Any, *gradients: Tensor) -> Tensor:
            [result], [gradient] = ctx.saved_tensors, gradients
            roots: Tensor = result.sqrt()
            mean = (gradient * roots).sum(-1, keepdim=True) / roots.sum(-1, keepdim=True)
            return roots * (gradient - mean)

    apply: Any = Entmax.apply
    found: Tensor = apply(values)
    return found
