"""How sure a placed span is: a calibrated probability that it is exactly right.

The ranking's probability says how much better a segment is than the other segments; it knows
nothing of spans that the translation dropped, and was fitted on spans that have a counterpart. So
a logistic model over it and over a few columns of the chosen segment, fitted on gold spans of
sentences that the ranking was not fitted on, makes the score (Platt, 1999, with more than one
input). `tests/bench/ranking.py` prints its reliability table.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

from spanferry.projection.sides import Array

#: Columns of the chosen segment that the score takes in, beside the ranking's log-odds.
COLUMNS = ("recall", "lost_c", "out_c", "free_more", "best", "distance", "short")
LIKENESS_COLUMNS = ("phrase",)
#: Log-odds of the ranking beyond these say nothing more.
_MOST_ODDS = 8.0


def inputs(log: float, columns: Mapping[str, Array], row: int) -> dict[str, float]:
    """The inputs of the model for one candidate.

    Args:
        log: the ranking's log-probability.
        columns: of all candidates; `row` is the chosen one.
    """
    share = min(1.0, math.exp(log))
    odds = math.log(max(share, 1e-9)) - math.log(max(1 - share, 1e-9))
    odds = max(-_MOST_ODDS, min(_MOST_ODDS, odds))
    found = {"odds": odds, "bias": 1.0, "few_options": 1.0 / len(columns["evidence"])}
    for name in (*COLUMNS, *LIKENESS_COLUMNS):
        if name in columns:
            found[name] = float(columns[name][row])
    return found


def probability(weights: Mapping[str, float], values: Mapping[str, float]) -> float:
    """The probability that a span is exactly right, in (0, 1)."""
    total = sum(weight * values[name] for name, weight in weights.items())
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, total))))
