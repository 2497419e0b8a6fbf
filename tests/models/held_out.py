"""The sentences that the trained model has not seen, without those that it has."""

from __future__ import annotations

from tests.models.language import Pair, pairs
from tests.models.trained import HELD_OUT


def held_out(count: int = HELD_OUT) -> list[Pair]:
    """The first of the pairs that `language.split` keeps from the training.

    Only the first `HELD_OUT` are sure to be new to the model.
    """
    return pairs(count, seed=1_000_004)
