"""Masks for the objectives that guess words, drawn as BERT's and awesome-align's are.

Of the sub-words that are masked, 80 % are replaced by the mask, 10 % by any sub-word, and 10 % are
left as they are; special ones are never masked.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from torch import Tensor

_REPLACED = 0.8
#: Of those that are not replaced by the mask.
_RANDOM = 0.5


class Masked(NamedTuple):
    """Sentences with masks: ids to read [rows, sub-words], and which places are to be guessed."""

    ids: Tensor
    places: Tensor


def draw_masks(ids: Tensor, allowed: Tensor, share: float, mask: int, vocabulary: int) -> Masked:
    """Mask sub-words, drawn from torch's global generator of the CPU.

    Args:
        ids: [rows, sub-words], on the CPU.
        allowed: booleans of the same shape: what may be masked.
        share: how many of those are.
        mask: the id of the mask.
        vocabulary: ids below it are drawn from.
    """
    import torch

    places = (torch.rand(ids.shape) < share) & allowed
    replaced = places & (torch.rand(ids.shape) < _REPLACED)
    changed = places & ~replaced & (torch.rand(ids.shape) < _RANDOM)
    anything = torch.randint(vocabulary, ids.shape)
    read = torch.where(replaced, mask, torch.where(changed, anything, ids))
    return Masked(read, places)
