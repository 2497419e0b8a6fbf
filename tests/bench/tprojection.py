"""T-Projection without training on gold: what selection alone can reach, and what it reaches.

usage: python -m tests.bench.tprojection GOLD... [--links NAME] [--spans N] [--most N...]
           [--scorer JSON [--back-scorer JSON] [--directions D] [--normalise N...]
            [--weights W...] [--candidates N]]

GOLD are files of labelled pairs (`projection/gold.py`); NAME is an aligner whose links they hold,
or `embedded`. JSON is a translation backend with its settings, as in the configuration:
{"backend": "causal_lm", "model": "google/gemma-3-270m"}.

`reach` is the share of the gold spans that are among the N likeliest n-gram candidates of any span
of their label. Then follow the F1 of the method `alignment`, and with a scorer that of
`tprojection` for each normalisation and weight of the links; every pair of texts is scored once for
all of them, and the number of scored pairs is printed.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import product
from pathlib import Path
from typing import Any

from spanferry.aligners.base import WordPair
from spanferry.aligners.embedded import EmbeddedAligner
from spanferry.aligners.embedded.likeness import EmbeddedLikeness
from spanferry.aligners.words import model_words
from spanferry.data import backends
from spanferry.data.backends import BackendInfo
from spanferry.projection.alignment import AlignmentProjection, AlignmentSettings
from spanferry.projection.base import ProjectionInput, ProjectionMethod
from spanferry.projection.evaluate import SpanScores, score_spans
from spanferry.projection.gold import GoldPair, projected_tokens, read_gold, with_links
from spanferry.projection.methods.ngrams import Candidate, near
from spanferry.projection.methods.proposals import BATCH, Query
from spanferry.projection.methods.tprojection.method import TProjection
from spanferry.projection.methods.tprojection.settings import LINKS_WEIGHT, TProjectionSettings
from spanferry.projection.services import Calls
from spanferry.translators import TRANSLATORS


def main() -> None:
    """See the module's text."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.tprojection")
    parser.add_argument("gold", type=Path, nargs="+")
    parser.add_argument("--links", default="embedded")
    parser.add_argument("--spans", type=int, help="take the first pairs that have so many spans")
    parser.add_argument("--most", type=int, nargs="+", default=[1, 2, 4, 8, 16, 32, 64])
    parser.add_argument("--scorer", type=json.loads)
    parser.add_argument("--back-scorer", type=json.loads)
    parser.add_argument("--directions", nargs="+", default=["auto"])
    parser.add_argument("--normalise", nargs="+", default=["best"])
    parser.add_argument("--weights", type=float, nargs="+", default=[0.0, LINKS_WEIGHT])
    parser.add_argument("--candidates", type=int, default=8)
    args = parser.parse_args()
    for path in args.gold:
        pairs = _limited(list(read_gold(path)), args.spans)
        pairs, items = _linked(pairs, args.links)
        spans = sum(len(item.spans) for item in items)
        print(f"{path.stem}, links {args.links}: {len(items)} pairs, {spans} spans", flush=True)
        for most, share in zip(args.most, reach(pairs, items, args.links, args.most), strict=True):
            print(f"  reach {most:3}  {100 * share:5.1f}")
        _print("alignment", scored(pairs, items, _alignment(args.links, 0.1)))
        if args.scorer:
            for line in _selected(pairs, items, args):
                _print(*line)


def _selected(
    pairs: Sequence[GoldPair], items: Sequence[ProjectionInput], args: argparse.Namespace
) -> Iterator[tuple[str, SpanScores]]:
    one = items[0]
    services = _Services(
        one.language, one.target_language, args.scorer, args.back_scorer, args.links
    )
    for directions, normalise, weight in product(args.directions, args.normalise, args.weights):
        settings = _Settings(
            directions=directions, normalise=normalise, links_weight=weight, most=args.candidates,
            back_scorer=args.back_scorer, min_confidence=0,
        )  # fmt: skip
        method = TProjection(settings, services)
        method.setup()
        figures = scored(pairs, items, method)
        asked = services.calls.counts().get("scored", 0)
        yield f"tprojection {directions} {normalise} {weight:g} ({asked} scored)", figures


def _print(name: str, scores: SpanScores) -> None:
    print(
        f"  {name:50} F1 {100 * scores.f1:5.1f}  P {100 * scores.precision:5.1f}  "
        f"R {100 * scores.recall:5.1f}",
        flush=True,
    )


def scored(
    pairs: Sequence[GoldPair], items: Sequence[ProjectionInput], method: ProjectionMethod
) -> SpanScores:
    """A method's figures on some pairs."""
    found = method.project(items)
    return score_spans(
        (pair.wanted, projected_tokens(projection, pair.item.target_words))
        for pair, projection in zip(pairs, found, strict=True)
    ).total


def reach(
    pairs: Sequence[GoldPair],
    items: Sequence[ProjectionInput],
    links: str,
    most: Sequence[int],
) -> list[float]:
    """The share of gold spans among so many candidates of a span of their label."""
    found: list[dict[tuple[int, int, str], int]] = [{} for _ in items]
    for query, candidates in _near(items, _alignment(links, 0.0), max(most)):
        for rank, one in enumerate(candidates):
            hit = [
                k
                for k, (start, end) in enumerate(query.item.target_words)
                if start < one.end and one.start < end
            ]
            place = (hit[0], hit[-1] + 1, query.span.label)
            ranks = found[query.record]
            ranks[place] = min(rank, ranks.get(place, rank))
    wanted = [(k, span) for k, pair in enumerate(pairs) for span in pair.wanted]
    return [
        sum(found[k].get(span, number) < number for k, span in wanted) / max(1, len(wanted))
        for number in most
    ]


def _near(
    items: Sequence[ProjectionInput], alignment: AlignmentProjection, most: int
) -> Iterator[tuple[Query, list[Candidate]]]:
    for start in range(0, len(items), BATCH):
        batch = range(start, min(start + BATCH, len(items)))
        queries = [Query(k, items[k], span) for k in batch for span in items[k].spans]
        yield from zip(queries, near(queries, alignment, most=most), strict=True)


def _limited(pairs: Sequence[GoldPair], spans: int | None) -> list[GoldPair]:
    kept: list[GoldPair] = []
    for pair in pairs:
        if spans is not None and sum(len(one.item.spans) for one in kept) >= spans:
            break
        if spans is None or pair.item.spans:
            kept.append(pair)
    return kept


def _linked(pairs: Sequence[GoldPair], links: str) -> tuple[list[GoldPair], list[ProjectionInput]]:
    if links != "embedded":
        kept = [pair for pair in pairs if links in pair.links]
        return kept, [with_links(pair.item, pair.links[links]) for pair in kept]
    aligner = EmbeddedAligner()
    aligner.setup()
    items = [pair.item for pair in pairs]
    found = aligner.align(
        [
            WordPair(
                model_words(one.text, one.source_words),
                model_words(one.translation, one.target_words),
            )
            for one in items
        ]
    )
    return list(pairs), [with_links(*both) for both in zip(items, found, strict=True)]


def _alignment(links: str, min_confidence: float) -> AlignmentProjection:
    return AlignmentProjection(
        AlignmentSettings(min_confidence=min_confidence),
        likeness=EmbeddedLikeness(),
        links="embedded" if links == "embedded" else "any",
    )


class _Settings(TProjectionSettings):
    back_scorer: dict[str, Any] | None = None


@dataclass(slots=True)
class _Services:
    """One model for each direction; what it said of a pair is kept."""

    source: str
    target: str
    settings: dict[str, Any]
    back_settings: dict[str, Any] | None
    links: str
    calls: Calls = field(default_factory=Calls)
    made: dict[tuple[str, str, str], _Kept] = field(default_factory=dict)

    def alignment(self) -> AlignmentProjection:
        return _alignment(self.links, 0.0)

    def scorer(self, key: str, *, back: bool = False, pair: tuple[str, str] | None = None) -> _Kept:
        source, target = pair or (
            (self.target, self.source) if back else (self.source, self.target)
        )
        if (key, source, target) not in self.made:
            given = self.settings if key == "scorer" else self.back_settings or self.settings
            rest = {name: value for name, value in given.items() if name != "backend"}
            backend = backends.load("translators", given["backend"], TRANSLATORS)
            model = backend(
                backend.Settings(**rest), source_language=source, target_language=target
            )
            self.made[key, source, target] = _Kept(model, self.calls)
        return self.made[key, source, target]


class _Kept:
    def __init__(self, model: Any, calls: Calls) -> None:
        self._model, self._calls = model, calls
        self._known: dict[tuple[str, str], float] = {}

    @property
    def info(self) -> BackendInfo:
        found: BackendInfo = self._model.info
        return found

    def setup(self) -> None:
        self._model.setup()

    def score(self, sources: Sequence[str], targets: Sequence[str]) -> list[float]:
        pairs = list(zip(sources, targets, strict=True))
        new = [pair for pair in dict.fromkeys(pairs) if pair not in self._known]
        self._calls.add("scored", len(new))
        if new:
            given, texts = zip(*new, strict=True)
            self._known |= dict(zip(new, self._model.score(given, texts), strict=True))
        return [self._known[pair] for pair in pairs]


if __name__ == "__main__":
    main()
