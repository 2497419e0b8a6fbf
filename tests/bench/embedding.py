"""The method `embedding` on gold: weights fitted, F1 with each part of the evidence.

    python -m tests.bench.embedding fit [--model FOLDER --layer 10] [--pairs N]
    python -m tests.bench.embedding measure [--links mgiza] [--model FOLDER --layer 10] [--pairs N]

`fit` finds the weights of `projection/methods/embedding/settings.py` on the training part of the
opinion targets, by conditional maximum likelihood. `measure` prints F1 on the other gold files with
links, without them, and of `alignment`; and of an ensemble of these with `translate_match`, where
its translator is there. Links are those of the aligner `embedded` unless stored ones are named.
"""

from __future__ import annotations

import argparse
import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from scipy.optimize import minimize

from spanferry.flows.backends import method_for
from spanferry.flows.config import settings_class
from spanferry.flows.method_settings import method_settings
from spanferry.flows.services import Models
from spanferry.projection.evaluate import LabelledRange, score_spans
from spanferry.projection.gold import GoldPair, projected_tokens
from spanferry.projection.methods.embedding import EmbeddingMethod
from spanferry.projection.methods.proposals import Query
from spanferry.projection.pieces import is_unchanged, pieces
from spanferry.projection.ranking import Links
from spanferry.projection.sides import Array
from spanferry.translators import DEFAULT
from tests.bench.ranking_data import Corpus, corpora

GOLD = Path(__file__).parents[3] / "shared" / "gold"
TRAIN = "opinion_targets.en-es.train"
TEST = ("opinion_targets.en-es", "named_entities.en-de")
NAMES = ("cosine", "rival", "string", "length", "links")
#: Weight of the squares of the weights in the fit.
RIDGE = 1e-4


@dataclass(frozen=True, slots=True)
class Example:
    """The candidates of a span, and which of them are right."""

    columns: Mapping[str, Array]
    right: Array


def method(corpus: Corpus, encoder: Mapping[str, Any], **settings: Any) -> EmbeddingMethod:
    """The method, set up, for the pair of languages of a corpus."""
    first = corpus.pairs[0].item
    given = method_settings("embedding").model_validate({"encoder": {**encoder}, **settings})
    kind: Links = "embedded" if corpus.links == "embedded" else "any"
    translate = settings_class("translators", DEFAULT)()
    made = method_for(given, kind, Models(translate), first.language, first.target_language)
    assert isinstance(made, EmbeddingMethod)
    made.setup()
    return made


def items(corpus: Corpus) -> list[Any]:
    """What the method is given."""
    return [replace(p.item, links=f) for p, f in zip(corpus.pairs, corpus.found, strict=True)]


def examples(corpus: Corpus, made: EmbeddingMethod) -> Iterator[Example]:
    """The candidates of all spans, those without a right one left out."""
    given = items(corpus)
    for start in range(0, len(given), 256):
        queries = [
            Query(k, item, piece)
            for k, item in enumerate(given[start : start + 256])
            if not is_unchanged(item)
            for span in item.spans
            for piece in pieces(span)
        ]
        for query, (found, columns, _) in zip(queries, made.columns(queries), strict=True):
            pair = corpus.pairs[start + query.record]
            right = np.array([is_right(pair, query, c.start, c.end) for c in found], bool)
            if right.any():
                yield Example(columns, right)


def is_right(pair: GoldPair, query: Query, start: int, end: int) -> bool:
    """Whether a range is a gold span of the same label."""
    words = query.item.target_words
    hit = [k for k, (first, last) in enumerate(words) if first < end and start < last]
    wanted: frozenset[LabelledRange] = pair.wanted
    return bool(hit) and (hit[0], hit[-1] + 1, query.span.label) in wanted


def fit(given: Sequence[Example], names: Sequence[str]) -> dict[str, float]:
    """Weights, none below 0, that make the right candidates likeliest."""
    tables = [np.stack([e.columns[name] for name in names], axis=1) for e in given]

    def loss(weights: Array) -> tuple[float, Array]:
        value, slope = (
            RIDGE * float(weights @ weights) * len(given),
            2 * RIDGE * weights * len(given),
        )
        for table, example in zip(tables, given, strict=True):
            total = table @ weights
            chances = np.exp(total - total.max())
            chances /= chances.sum()
            right = chances * example.right
            value -= float(np.log(right.sum() + 1e-12))
            slope = slope + table.T @ (chances - right / max(right.sum(), 1e-12))
        return value, slope

    found = minimize(loss, np.ones(len(names)), jac=True, method="L-BFGS-B",
                     bounds=[(0, None)] * len(names))  # fmt: skip
    return dict(zip(names, found.x.round(2).tolist(), strict=True))


def accuracy(given: Sequence[Example], weights: Mapping[str, float]) -> float:
    """The share of the examples whose best candidate is right."""
    hits = [
        bool(e.right[np.argmax(sum(w * e.columns[name] for name, w in weights.items()))])
        for e in given
    ]
    return float(np.mean(hits))


def f1(corpus: Corpus, projections: Sequence[Any]) -> str:
    """F1 and the number of spans placed."""
    total = score_spans(
        (pair.wanted, projected_tokens(done, pair.item.target_words))
        for pair, done in zip(corpus.pairs, projections, strict=True)
    ).total
    spans = sum(len(pair.item.spans) for pair in corpus.pairs)
    return f"F1 {100 * total.f1:.1f}, placed {total.predicted} of {spans}"


def read(name: str, links: str, pairs: int) -> Corpus:
    """The first pairs of a gold file with the links of an aligner."""
    kind = "embedded" if links == "embedded" else "any"
    found = next(c for c in corpora([GOLD], [name], kind, None) if c.links == links)
    return replace(found, pairs=found.pairs[:pairs], found=found.found[:pairs])


def measure(corpus: Corpus, encoder: Mapping[str, Any]) -> None:
    """Print F1 and model calls of the method beside others."""
    embedding = {"method": "embedding", "encoder": {**encoder}}
    alone = {**embedding, "use_links": False}
    phrases = {"method": "translate_match", "translator": {"backend": "apertium"}}
    methods: dict[str, Any] = {
        "alignment": {"method": "alignment"},
        "embedding": embedding,
        "embedding, use_links: false": alone,
    }
    first = corpus.pairs[0].item
    if (first.language, first.target_language) == ("en", "es") and shutil.which("apertium"):
        methods["ensemble of 3"] = {"method": "ensemble", "methods": ["alignment", alone, phrases]}
    kind: Links = "embedded" if corpus.links == "embedded" else "any"
    for label, given in methods.items():
        models = Models(settings_class("translators", DEFAULT)())
        settings = method_settings(given["method"]).model_validate(given)
        made = method_for(settings, kind, models, first.language, first.target_language)
        made.setup()
        done = f1(corpus, made.project(items(corpus)))
        print(f"{corpus.name}, {corpus.links}: {label}: {done}, {models.calls.counts()}")


def main() -> None:
    """See the module."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=["fit", "measure"])
    parser.add_argument("--links", default="embedded")
    parser.add_argument("--model")
    parser.add_argument("--layer", type=int, default=10)
    parser.add_argument("--pairs", type=int, default=800)
    given = parser.parse_args()
    encoder = {"model": given.model, "layer": given.layer} if given.model else {}
    if given.what == "measure":
        for name in TEST:
            measure(read(name, given.links, given.pairs), encoder)
        return
    corpus = read(TRAIN, given.links, given.pairs)
    found = list(examples(corpus, method(corpus, encoder)))
    for names in (NAMES, NAMES[:-1]):
        weights = fit(found, names)
        print(f"{weights}: right {100 * accuracy(found, weights):.1f} % of {len(found)}")


if __name__ == "__main__":
    main()
