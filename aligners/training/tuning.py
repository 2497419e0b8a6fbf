"""The loss of a step: the objectives that are on, over the pairs of the step."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING

from spanferry.aligners.matchers.base import VectorBatch
from spanferry.aligners.training.batches import Batch, Batcher, padded, wrapped
from spanferry.aligners.training.encoder import Encoder
from spanferry.aligners.training.masking import draw_masks
from spanferry.aligners.training.objectives import (
    OTHER,
    TRANSLATION,
    consistency_loss,
    distributions,
    masked_loss,
    pair_loss,
    self_training_loss,
    word_guide,
)
from spanferry.aligners.training.settings import FinetuneSettings
from spanferry.aligners.training.tokens import Integers, Side
from spanferry.data.training.devices import autocast

if TYPE_CHECKING:
    import torch
    from torch import Tensor

Pieces = Iterator[Mapping[str, "Tensor"]]


class Objectives:
    """Losses of an encoder on the pairs of a step, for `loop.train`.

    A step's loss is, for each objective, its weight times the mean over the step's pairs that the
    objective takes, however they are cut into batches.
    """

    def __init__(
        self, encoder: Encoder, batcher: Batcher, settings: FinetuneSettings, device: torch.device
    ) -> None:
        self.encoder, self.batcher, self.settings = encoder, batcher, settings
        self.device = device
        self.weights = {str(name): weight for name, weight in settings.objectives.items()}
        self.links = bool({"self_training", "consistency"} & self.weights.keys())

    def __call__(self, step: int) -> Pieces:
        import torch

        batches = self.batcher.batches(step)
        pairs = sum(len(batch.pairs) for batch in batches)
        joinable = sum(len(batch.joinable) for batch in batches)
        # drawn once a step, so that it does not depend on the batches
        swapped = bool(torch.rand(()) < 0.5)
        for batch in batches:
            share = len(batch.pairs) / pairs
            if self.links:
                yield self._scaled(share, self.link_losses(batch))
            if "masked" in self.weights:
                for piece in self._masked(batch):
                    yield self._scaled(share, piece)
            if not batch.joinable:
                continue
            share = len(batch.joinable) / joinable
            if "translation" in self.weights:
                for piece in self._translation(batch, swapped):
                    yield self._scaled(share, piece)
            if "parallel" in self.weights:
                yield self._scaled(share, self._parallel(batch))

    def _scaled(self, share: float, piece: Mapping[str, Tensor]) -> Mapping[str, Tensor]:
        return {name: share * self.weights[name] * loss for name, loss in piece.items()}

    def autocast(self) -> AbstractContextManager[None]:
        """The arithmetic of the model's layers."""
        return autocast(self.device, self.settings.dtype)

    def link_losses(self, batch: Batch) -> dict[str, Tensor]:
        """Self-training and consistency, from the same vectors."""
        import torch

        losses: dict[str, Tensor] = {}
        guide = None
        if "self_training" in self.weights:
            # without dropout, as links are made later; and without a way back
            self.encoder.module.eval()
            with torch.no_grad():
                guide = word_guide(
                    self.vectors(batch.pairs),
                    *self._words(batch.pairs),
                    self.settings.extraction,
                    self.settings.threshold,
                )
            self.encoder.module.train()
        vectors = self.vectors(batch.pairs)
        ahead, back = distributions(vectors, self.settings.extraction)
        if guide is not None:
            losses["self_training"] = self_training_loss(ahead, back, guide, vectors)
        if "consistency" in self.weights:
            losses["consistency"] = consistency_loss(ahead, back, vectors)
        return losses

    def vectors(self, pairs: Sequence[tuple[Side, Side]]) -> VectorBatch:
        """Vectors of the sub-words of pairs at the layer that links are made from."""
        source, sources = self._side([source for source, _ in pairs])
        target, targets = self._side([target for _, target in pairs])
        return VectorBatch(source, target, sources, targets)

    def _side(self, sides: Sequence[Side]) -> tuple[Tensor, Tensor]:
        import torch

        ids = self._ids([wrapped(self.encoder.specials, side) for side in sides])
        with self.autocast():
            vectors = self.encoder.vectors(ids.to(self.device), self.settings.layer)
        counts = torch.tensor([len(side.ids) for side in sides], device=self.device)
        inside = vectors[:, 1:-1].float()
        present = torch.arange(inside.shape[1], device=self.device) < counts[:, None]
        return inside * present[:, :, None], counts

    def _words(self, pairs: Sequence[tuple[Side, Side]]) -> tuple[Tensor, Tensor]:
        source = padded([source.words for source, _ in pairs], 0)
        target = padded([target.words for _, target in pairs], 0)
        return source.to(self.device), target.to(self.device)

    def _ids(self, rows: Sequence[Integers]) -> Tensor:
        return padded(rows, self.encoder.specials.padding)

    def _masked(self, batch: Batch) -> Pieces:
        specials = self.encoder.specials
        for side in (0, 1):
            ids = self._ids([wrapped(specials, pair[side]) for pair in batch.pairs])
            yield {"masked": self.guess(ids, self._ordinary(ids))}

    def _translation(self, batch: Batch, swapped: bool) -> Pieces:
        """Words of one sentence are guessed beside the whole other one, in both directions."""
        import torch

        for turned in (False, True) if self.settings.both_orders else (swapped,):
            pairs = [batch.pairs[place] for place in batch.joinable]
            joined = [pair[::-1] if turned else pair for pair in pairs]
            ids = self._ids([wrapped(self.encoder.specials, *pair) for pair in joined])
            second = torch.tensor([len(pair[0].ids) + 2 for pair in joined])
            in_first = torch.arange(ids.shape[1]) < second[:, None]
            for allowed in (~in_first, in_first):
                yield {"translation": self.guess(ids, self._ordinary(ids) & allowed)}

    def _ordinary(self, ids: Tensor) -> Tensor:
        """What is no special sub-word and no padding."""
        specials = self.encoder.specials
        first, last, padding = specials.first, specials.last, specials.padding
        return (ids != first) & (ids != last) & (ids != padding)

    def guess(self, ids: Tensor, allowed: Tensor) -> Tensor:
        """Loss of guessing sub-words that are masked now, out of those allowed."""
        mask = self.encoder.specials.mask
        assert mask is not None
        share, vocabulary = self.settings.masked_share, len(self.encoder.tokenizer)
        masked = draw_masks(ids, allowed, share, mask, vocabulary)
        return self.masked_loss(masked.ids, masked.places, ids)

    def masked_loss(self, read: Tensor, places: Tensor, ids: Tensor) -> Tensor:
        """Loss of guessing what stood at some places.

        Args:
            read: ids with masks, [sentences, sub-words].
            places: which to guess, booleans of the same shape.
            ids: what stood there, of the same shape.
        """
        labels, rows = ids[places].to(self.device), places.nonzero()[:, 0].to(self.device)
        with self.autocast():
            scores = self.encoder.word_scores(read.to(self.device), places.to(self.device))
        return masked_loss(scores, labels, rows, len(ids))

    def _parallel(self, batch: Batch) -> dict[str, Tensor]:
        """Each pair gives two examples: another pair, which is a translation, in either order; and
        one of its sides beside the other side of that other pair, which is none."""
        import torch

        specials = self.encoder.specials
        rows, labels = [], []
        for place, other in zip(batch.joinable, batch.others, strict=True):
            pair = batch.pairs[place]
            rows.append(wrapped(specials, *_turned(other)))
            mixed = (pair[0], other[1]) if torch.rand(()) < 0.5 else (other[0], pair[1])
            rows.append(wrapped(specials, *_turned(mixed)))
            labels += [TRANSLATION, OTHER]
        return {"parallel": self.parallel_loss(self._ids(rows), torch.tensor(labels))}

    def parallel_loss(self, ids: Tensor, labels: Tensor) -> Tensor:
        """Loss of telling translations from other pairs: joined ids [pairs, sub-words]."""
        with self.autocast():
            # one layer above that of the links, as in the package: their layer stays free of it
            scores = self.encoder.pair_scores(ids.to(self.device), self.settings.layer + 1)
        return pair_loss(scores, labels.to(self.device))


def _turned(pair: tuple[Side, Side]) -> tuple[Side, Side]:
    """A pair in either order, drawn."""
    import torch

    return pair if torch.rand(()) < 0.5 else pair[::-1]
