"""Gold links for training: a look at whether they fit, and a part set apart for the evaluation."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence

from spanferry.aligners.evaluate import Gold
from spanferry.data.errors import ConfigError


def check(gold: Sequence[Gold], key: str) -> None:
    """See that all links lie within their sentences.

    Raises:
        ConfigError: one does not; the text names the pair (from 0) and the link.
    """
    for number, (pair, sure, possible) in enumerate(gold):
        for i, j in sorted(sure | possible):
            if not (0 <= i < len(pair.source) and 0 <= j < len(pair.target)):
                raise ConfigError(
                    f"{key}: link {i}-{j} of pair {number} lies outside of its "
                    f"{len(pair.source)} and {len(pair.target)} words (counted from 0)"
                )


def split(gold: Sequence[Gold], share: float, seed: int) -> tuple[list[Gold], list[Gold]]:
    """Pairs to train on and pairs to evaluate on.

    What is drawn depends on the words and the seed, not on the order; all copies of a pair fall on
    one side.

    Args:
        share: of the different pairs that are set apart, rounded, one at least.

    Raises:
        ConfigError: there are not two different pairs.
    """
    keys = [_key(pair, seed) for pair in gold]
    order = sorted(set(keys))
    if len(order) < 2:
        raise ConfigError(
            f"gold: {len(order)} different pairs are too few to train and to evaluate on; "
            "give at least 2"
        )
    chosen = set(order[: min(len(order) - 1, max(1, round(share * len(order))))])
    return (
        [pair for pair, key in zip(gold, keys, strict=True) if key not in chosen],
        [pair for pair, key in zip(gold, keys, strict=True) if key in chosen],
    )


def _key(gold: Gold, seed: int) -> str:
    text = json.dumps([seed, list(gold[0].source), list(gold[0].target)])
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass")).hexdigest()
