"""The ranking of candidate segments: a log-linear model, fitted on gold and shipped as numbers.

The probability of a segment is the softmax of its columns (`features.py`) times the weights of
`ranking.json`. There are four sets of weights: for links of the aligner `embedded` and for those of
any other aligner, each with word vectors (`likeness`) and without. They were fitted by maximum
likelihood with a Gaussian prior around a model of nine columns, which keeps a language that the fit
has not seen from being worse off (`tests/bench/ranking.py` fits them and prints what each part is
worth).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any, Literal

import numpy as np

from spanferry.projection.edge_features import CLAUSE, edge_columns
from spanferry.projection.features import (
    Columns,
    Spots,
    clause_weight,
    likeness_columns,
    segment_columns,
)
from spanferry.projection.segments import Pairs
from spanferry.projection.sentence import View
from spanferry.projection.sides import Array

#: Whose links the weights were fitted to.
Links = Literal["embedded", "any"]
#: Candidates that are looked at closely.
MOST = 24


@dataclass(frozen=True, slots=True)
class Ranking:
    """Weights: of columns, of a confidence (`confidence.py`), of a closer look (`closer.py`)."""

    weights: Mapping[str, float]
    confidence: Mapping[str, float]
    closer: Mapping[str, float] = field(default_factory=dict)

    def scores(self, columns: Columns) -> Array:
        """The score of each candidate; a column without a weight counts nothing."""
        total = np.zeros(len(next(iter(columns.values()))))
        for name, weight in self.weights.items():
            total += weight * columns[name]
        return total


def columns_of(view: View, pairs: Pairs) -> tuple[Pairs, Columns]:
    """The `MOST` most likely candidates, in text order, and all columns of theirs."""
    clause = clause_weight(view)
    if len(pairs) > MOST:
        pairs = _most_likely(view, pairs, clause)
    spots = Spots(view, pairs)
    columns = segment_columns(view, spots) | edge_columns(view, spots)
    columns |= {f"clause_{name}": clause * columns[name] for name in CLAUSE}
    if view.sentence.likeness is not None:
        columns |= likeness_columns(view, spots)
    return pairs, columns


def _most_likely(view: View, pairs: Pairs, clause: float) -> Pairs:
    spots = Spots(view, pairs)
    target = view.sentence.target
    content = view.cut(target.content)
    first, last = view.words[0] + 1, view.words[-1] + 1
    score = spots.total(view.values)
    score -= spots.total((1 - view.cut(view.sentence.linked)) * content)
    source = view.sentence.source
    score += 3 * clause * source.opens[first] * view.cut(target.opens)[spots.first]
    score += 3 * clause * source.closes[last] * view.cut(target.closes)[spots.last]
    kept = np.sort(np.argsort(-score, kind="stable")[:MOST])
    return pairs[kept]


@cache
def _shipped() -> Mapping[str, Any]:
    text = files("spanferry.projection").joinpath("ranking.json").read_text("utf-8")
    found: Mapping[str, Any] = json.loads(text)
    return found


@cache
def ranking(links: Links, *, likeness: bool) -> Ranking:
    """The shipped weights for links of that kind."""
    found = _shipped()[links]["likeness" if likeness else "bare"]
    return Ranking(found["weights"], found["confidence"], found.get("closer", {}))
