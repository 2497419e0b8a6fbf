"""What a matching method is given and what it gives: padded batches, on the encoder's device."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from torch import Tensor


@dataclass(frozen=True, slots=True)
class VectorBatch:
    """The vectors of a batch of sentence pairs. Units are sub-words or whole words.

    Args:
        source: [pairs, source units, width], float32; 0 in the padding, which comes last.
        target: [pairs, target units, width], likewise.
        sources: numbers of source units, [pairs], int64, each at least 1.
        targets: numbers of target units, likewise.
    """

    source: Tensor
    target: Tensor
    sources: Tensor
    targets: Tensor


class Matcher(Protocol):
    """A matching method. Its result for a pair must not depend on the rest of the batch, but for
    the last bits of a float."""

    def __call__(self, batch: VectorBatch) -> Tensor:
        """Scores in [0, 1], [pairs, source units, target units]: above 0 where there is a link,
        exactly 0 elsewhere and in the padding."""
        ...
