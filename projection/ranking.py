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
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any, Literal

import numpy as np

from spanferry.data.fingerprint import fingerprint
from spanferry.projection.edge_features import CLAUSE, edge_columns
from spanferry.projection.features import (
    Columns,
    clause_weight,
    likeness_columns,
    segment_columns,
)
from spanferry.projection.segments import Pairs
from spanferry.projection.sentence import View
from spanferry.projection.sides import Array
from spanferry.projection.spots import Grids, Spots, in_grids

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

    def scores(self, columns: Mapping[str, Array]) -> Array:
        """The score of each candidate; a column without a weight counts nothing."""
        total = np.zeros(len(next(iter(columns.values()))))
        for name, weight in self.weights.items():
            total += weight * columns[name]
        return total


def ranked(
    views: Sequence[View], pairs: Sequence[Pairs], model: Ranking
) -> Iterator[tuple[Pairs, Columns, Array]]:
    """Of each span the `MOST` most likely candidates in text order, their columns and scores.

    Args:
        views: the spans: all with word vectors, or all without.
        pairs: the candidates of each span.
    """
    for some in in_grids(views):
        kept, every = columns_of(views[some], pairs[some])
        scores = model.scores(every)
        start = 0
        for own in kept:
            rows = slice(start, start + len(own))
            yield own, Columns(every, rows), scores[rows]
            start += len(own)


def columns_of(
    views: Sequence[View], pairs: Sequence[Pairs]
) -> tuple[list[Pairs], dict[str, Array]]:
    """The `MOST` most likely candidates of each span, and all columns of theirs in one piece."""
    grids, clauses = Grids(views), [clause_weight(view) for view in views]
    kept = _most_likely(Spots(views, pairs, grids), pairs, clauses)
    spots = Spots(views, kept, grids)
    columns = segment_columns(spots) | edge_columns(spots)
    clause = spots.of_view(clauses)
    columns |= {f"clause_{name}": clause * columns[name] for name in CLAUSE}
    if views[0].sentence.likeness is not None:
        columns |= likeness_columns(spots)
    return kept, columns


def _most_likely(spots: Spots, pairs: Sequence[Pairs], clauses: Sequence[float]) -> list[Pairs]:
    grids = spots.grids
    score = spots.total(grids.values)
    score -= spots.total((1 - grids.linked) * grids.content)
    weight = 3 * spots.of_view(clauses)
    score += weight * spots.each(_opens) * grids.opens.ravel()[spots.left]
    score += weight * spots.each(_closes) * grids.closes.ravel()[spots.right]
    return [
        own[np.sort(np.argsort(-score[rows], kind="stable")[:MOST])] if len(own) > MOST else own
        for own, rows in zip(pairs, spots.slices(), strict=True)
    ]


def _opens(view: View) -> float:
    return view.sentence.source.opens[view.words[0] + 1]


def _closes(view: View) -> float:
    return view.sentence.source.closes[view.words[-1] + 1]


@cache
def _shipped() -> Mapping[str, Any]:
    text = files("spanferry.projection").joinpath("ranking.json").read_text("utf-8")
    found: Mapping[str, Any] = json.loads(text)
    return found


@cache
def weights_digest(links: Links) -> str:
    """What identifies the shipped weights for links of that kind."""
    return fingerprint(weights=_shipped()[links])[:8]


@cache
def ranking(links: Links, *, likeness: bool) -> Ranking:
    """The shipped weights for links of that kind."""
    found = _shipped()[links]["likeness" if likeness else "bare"]
    return Ranking(found["weights"], found["confidence"], found.get("closer", {}))
