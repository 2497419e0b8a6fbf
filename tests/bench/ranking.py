"""Fit the ranking of candidate segments and its confidences, and say what each part is worth.

    python -m tests.bench.clauses CLAUSES
    python -m tests.bench.ranking fit GOLD CLAUSES --encoder CHECKPOINT   writes ranking.json
    python -m tests.bench.ranking report GOLD CLAUSES [--without PREFIX ...]

`fit` prints, for each file, the exact-match F1 of weights that were fitted without the pairs they
are measured on (five parts by pair) and without the whole file; and the reliability of the scores
of spans that took no part in either fit.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from scipy.optimize import minimize

from spanferry.aligners.embedded.likeness import EmbeddedLikeness
from spanferry.data.links import Link
from spanferry.projection.alignment import AlignmentProjection, AlignmentSettings
from spanferry.projection.base import Projection, ProjectionInput
from spanferry.projection.candidates import Part
from spanferry.projection.closer import in_doubt, phrase_cosines
from spanferry.projection.confidence import inputs, probability
from spanferry.projection.evaluate import score_spans
from spanferry.projection.gold import GoldPair, projected_tokens, with_links
from spanferry.projection.joint import log_probabilities
from spanferry.projection.ranking import Ranking
from spanferry.projection.reliability import reliability
from spanferry.projection.sides import Array
from tests.bench.ranking_data import TEST, TRAIN, Corpus, Example, corpora, examples

#: Gold and projected spans of each pair; inputs of each confidence, and whether its span is right.
Measured = tuple[list[tuple[Any, Any]], list[tuple[dict[str, float], bool]]]
#: Log-probabilities and cosines of a span's best candidates, and which are right.
Doubt = tuple[Array, Array, Any]
#: The columns of the small model around which the others are fitted.
PRIOR = (
    "evidence", "recall", "best",
    *(f"clause_{side}_{which}_open{s}" for side in "LR"
      for which, s in (("both", ""), ("source", "s"), ("target", "s"))),
)  # fmt: skip
#: How far weights may go from it: the precision of the prior, for columns in standard deviations.
PRECISION = {"embedded": 20.0, "any": 20.0}
FOLDS = 5
#: Weights smaller than this, times the standard deviation of their column, are left out.
LEAST = 0.03


def fit_weights(
    data: Sequence[tuple[Example, float]],
    names: Sequence[str],
    precision: float,
    prior: dict[str, float] | None = None,
) -> dict[str, float]:
    """Weights of the largest posterior probability; examples come with how much they count."""
    used = [(e, w) for e, w in data if e.right.any() and not e.right.all()]
    matrix = np.concatenate([np.stack([e.columns[n] for n in names], 1) for e, _ in used])
    right = np.concatenate([e.right for e, _ in used])
    sizes = [len(e.right) for e, _ in used]
    offsets = np.concatenate([[0], np.cumsum(sizes)[:-1]])
    group = np.repeat(np.arange(len(used)), sizes)
    weights = np.array([w for _, w in used])
    spread = matrix.std(axis=0) + 1e-9
    matrix = matrix / spread
    centre = np.array([(prior or {}).get(n, 0.0) for n in names]) * spread

    def shares(scores: Array) -> tuple[Array, Array]:
        top = np.maximum.reduceat(scores, offsets)
        powers = np.exp(scores - top[group])
        total = np.add.reduceat(powers, offsets)
        return top + np.log(total), powers / total[group]

    def loss(w: Array) -> tuple[float, Array]:
        scores = matrix @ w
        every, share = shares(scores)
        good, good_share = shares(np.where(right, scores, -1e9))
        off = w - centre
        value = -float((weights * (good - every)).sum()) + precision * float(off @ off) / 2
        return value, -matrix.T @ ((good_share - share) * weights[group]) + precision * off

    start = centre if prior else np.zeros(len(names))
    found = minimize(
        loss, start, jac=True, method="L-BFGS-B", options={"maxiter": 300, "ftol": 1e-7}
    )
    chosen = found.x / spread
    return {
        name: round(float(value), 4)
        for name, value, scaled in zip(names, chosen, found.x, strict=True)
        if abs(scaled) >= LEAST
    }


def fit(
    data: Sequence[tuple[Example, float]], names: Sequence[str], precision: float
) -> dict[str, float]:
    """The small model first, then all columns around it."""
    small = fit_weights(data, [n for n in PRIOR if n in names], 1.0)
    return fit_weights(data, names, precision, small)


def fit_confidence(cases: Sequence[tuple[dict[str, float], bool]]) -> dict[str, float]:
    """Weights of the logistic model of `confidence.py`."""
    names = list(cases[0][0])
    matrix = np.array([[values[n] for n in names] for values, _ in cases])
    signs = np.array([1.0 if right else -1.0 for _, right in cases])

    def loss(w: Array) -> tuple[float, Array]:
        margins = signs * (matrix @ w)
        value = float(np.logaddexp(0, -margins).sum()) + 0.5 * float(w @ w)
        return value, -matrix.T @ (signs / (1 + np.exp(margins))) + w

    found = minimize(loss, np.zeros(len(names)), jac=True, method="L-BFGS-B")
    return {name: round(float(value), 4) for name, value in zip(names, found.x, strict=True)}


class Run:
    """All examples of one kind of links, and how they are measured."""

    def __init__(
        self, links: str, folders: Sequence[Path], encoder: str | None, *, likeness: bool
    ) -> None:
        self.links, self.likeness = links, likeness
        self.train = corpora(folders, TRAIN, links, encoder)
        self.test = corpora(folders, TEST, links, encoder)
        self.prepare()

    def prepare(self) -> None:
        """The columns of all candidates."""
        self.examples = [examples(c, likeness=self.likeness) for c in self.train]
        self.names = list(self.examples[0][0].columns)

    def data(self, *, without: str = "", fold: int | None = None) -> list[tuple[Example, float]]:
        """Examples of all files but one, of all pairs but those of a fold; a file counts once."""
        copies = {c.name: sum(o.name == c.name for o in self.train) for c in self.train}
        return [
            (example, 2.0 / copies[corpus.name] if self.links == "any" else 1.0)
            for corpus, found in zip(self.train, self.examples, strict=True)
            if corpus.name != without
            for example in found
            if fold is None or example.pair % FOLDS != fold
        ]

    def method(self, model: Ranking) -> AlignmentProjection:
        """The method with another ranking than the shipped ones."""
        likeness = EmbeddedLikeness() if self.likeness else None
        settings = AlignmentSettings(min_confidence=0)
        made = AlignmentProjection(settings, likeness=likeness, models={True: model, False: model})
        made.setup()
        return made

    def measure(self, corpus: Corpus, model: Ranking, fold: int | None = None) -> Measured:
        """What a model does with a corpus, or with a fold of it."""
        method = self.method(model)
        pairs = of_fold(corpus, fold)
        items = [with_links(pair.item, found) for pair, found in pairs]
        projections = method.project(items)
        cases, values = [], []
        for (pair, _), item, projection, groups in zip(
            pairs, items, projections, method.place(items), strict=True
        ):
            cases.append((pair.wanted, projected_tokens(projection, item.target_words)))
            spans = {span.id: span for span in projection.spans}
            for span, parts in zip(item.spans, groups, strict=False):  # no parts: unchanged text
                for part in parts:
                    if part.chosen is not None:
                        alone = Projection((spans[span.id],), ())
                        (hit,) = projected_tokens(alone, item.target_words)
                        log = float(part.logs[part.chosen])
                        values.append((inputs(log, part.columns, part.chosen), hit in pair.wanted))
        return cases, values

    def doubts(self, corpus: Corpus, model: Ranking, fold: int) -> list[Doubt]:
        """The best candidates of spans in doubt: log-probabilities, cosines, and what is right."""
        method = self.method(model)
        pairs = of_fold(corpus, fold)
        items = [with_links(pair.item, found) for pair, found in pairs]
        doubtful: list[tuple[Part, ProjectionInput]] = []
        gold = []
        for item, (pair, _), groups in zip(items, pairs, method.place(items), strict=True):
            for span, (part,) in zip(item.spans, groups, strict=False):
                if in_doubt(part):
                    doubtful.append((part, item))
                    gold.append({(a, b - 1) for a, b, label in pair.wanted if label == span.label})
        found = []
        for (part, _), wanted, (best, cosines) in zip(
            doubtful, gold, phrase_cosines(doubtful, EmbeddedLikeness()), strict=True
        ):
            right = np.array([tuple(pair) in wanted for pair in part.pairs[best].tolist()])
            if right.any():
                found.append((part.logs[best], cosines, right))
        return found


def of_fold(corpus: Corpus, fold: int | None) -> list[tuple[GoldPair, Sequence[Link]]]:
    """The pairs of a fold with their links; all of them for None."""
    pairs = zip(corpus.pairs, corpus.found, strict=True)
    return [pair for k, pair in enumerate(pairs) if fold is None or k % FOLDS == fold]


def fit_closer(doubts: Sequence[Doubt]) -> dict[str, float]:
    """Weights of the closer look."""

    def loss(w: Array) -> float:
        total = 0.5 * (w[0] - 1) ** 2 + 0.025 * w[1] ** 2
        for logs, cosines, right in doubts:
            found = log_probabilities(w[0] * logs + w[1] * cosines)
            total -= float(np.logaddexp.reduce(found[right]))
        return float(total)

    log, phrase = minimize(loss, np.array([1.0, 0.0])).x
    return {"log": round(float(log), 3), "phrase": round(float(phrase), 3)}


def run(links: str, args: argparse.Namespace, *, likeness: bool) -> dict[str, Any]:
    """Fit one of the four models and print what it does on pairs and files that it has not seen."""
    made = Run(links, [args.gold, args.clauses], args.encoder, likeness=likeness)
    names = [n for n in made.names if not any(n.startswith(w) for w in args.without)]
    precision = args.precision or PRECISION[links]
    print(f"== links {links}, likeness {likeness}: {len(names)} columns")
    folds = [Ranking(fit(made.data(fold=k), names, precision), {}) for k in range(FOLDS)]
    closer: dict[str, dict[str, float]] = {"": {}}
    if likeness and "closer" not in args.without:
        doubts = [
            (c.name, [d for k in range(FOLDS) for d in made.doubts(c, folds[k], k)])
            for c in made.train
        ]
        for name in ("", *TRAIN):
            closer[name] = fit_closer([d for of, found in doubts if of != name for d in found])
    measured = []
    for corpus in made.train:
        cases, values = [], []
        for k, model in enumerate(folds):
            fold_model = replace(model, closer=closer.get(corpus.name, {}))
            more, of_spans = made.measure(corpus, fold_model, fold=k)
            cases += more
            values += of_spans
        measured.append((corpus, cases, values))
    confidence = fit_confidence([v for _, _, values in measured for v in values])
    weights = fit(made.data(), names, precision)
    model = Ranking(weights, confidence, closer[""])
    for corpus, cases, values in measured:
        others = [v for c, _, found in measured if c.name != corpus.name for v in found]
        _line(f"{corpus.name} / {corpus.links} (5 folds)", cases, values, fit_confidence(others))
    for corpus in made.test:
        _line(f"{corpus.name} / {corpus.links} (test)", *made.measure(corpus, model), confidence)
    for name in sorted({c.name for c in made.train}) if args.files else ():
        left = Ranking(fit(made.data(without=name), names, precision), {}, closer.get(name, {}))
        for corpus in made.train:
            if corpus.name == name:
                found = made.measure(corpus, left)
                _line(f"{corpus.name} / {corpus.links} (file left out)", *found, confidence)
    return {"weights": weights, "confidence": confidence, "closer": closer[""]}


def _line(name: str, cases: Any, inputs: Any, confidence: dict[str, float]) -> None:
    total = score_spans(cases).total
    scores = np.array([probability(confidence, values) for values, _ in inputs])
    right = np.array([ok for _, ok in inputs], float)
    told = reliability(scores, right)
    print(
        f"{name:52} F1 {100 * total.f1:5.2f}  ECE {told.error:.3f}  "
        f"surest 80 % {100 * told.surest:5.1f}",
        flush=True,
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("command", choices=["fit", "report"])
    parser.add_argument("gold", type=Path)
    parser.add_argument("clauses", type=Path)
    parser.add_argument("--encoder")
    parser.add_argument("--without", nargs="*", default=[])
    parser.add_argument("--precision", type=float)
    parser.add_argument("--files", action="store_true")
    parser.add_argument(
        "--models", nargs="*", default=["embedded", "any", "embedded-bare", "any-bare"]
    )
    parser.add_argument("--out", type=Path)
    args = parser.parse_args()
    found: dict[str, Any] = {}
    for model in args.models:
        links, _, bare = model.partition("-")
        kind = "bare" if bare else "likeness"
        found.setdefault(links, {})[kind] = run(links, args, likeness=not bare)
    if args.command == "fit":
        out = args.out or Path("projection/ranking.json")
        old = json.loads(out.read_text("utf-8")) if out.exists() else {}
        for links, kinds in found.items():
            old.setdefault(links, {}).update(kinds)
        out.write_text(json.dumps(old, indent=1, sort_keys=True) + "\n", "utf-8")


if __name__ == "__main__":
    main()
