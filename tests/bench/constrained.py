"""Markers put into a fixed translation: our search, Codec's and an exhaustive one, counted.

usage: python -m tests.bench.constrained train TRAINED MODEL
       python -m tests.bench.constrained compare MODEL [--spans N] [--words] [--long]
       python -m tests.bench.constrained method MODEL [--spans N]

`train` makes MODEL, a checkpoint that knows markers, from the trained model of the tests.
`compare`: for N phrases of sentences that the model has not seen, the best place by each search,
how many are those of the exhaustive one, F1 on the known translations, and what each asked of the
decoder: passes (batches), steps (runs of its layers one after the other, as a watched row is
computed position by position) and rows (sequences; prefixes for Codec's, whose decoder keeps the
state of each and so computes one position a row). `--words`: markers stand
between words, otherwise between sub-words, as published; `--long`: the longest sentences.
`method`: the whole method through the frame beside `alignment` with gold links and with those of
the embedded aligner, and spans a second.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from spanferry.data.links import Link
from spanferry.projection.alignment import AlignmentProjection
from spanferry.projection.base import ProjectionInput, ProjectionMethod
from spanferry.projection.methods.constrained import ConstrainedMethod
from spanferry.projection.methods.constrained.search import Found, search
from spanferry.projection.methods.constrained.seen import Scoring
from spanferry.projection.rules import AlignmentSettings
from spanferry.projection.services import Services
from tests.projection.methods.constrained.conftest import services
from tests.projection.methods.constrained.examples import Example, examples, item, tasks
from tests.projection.methods.constrained.published import Codec, tables

#: Log-probabilities of the same row in different batches differ by less.
NEAR = 1e-3
_HEAD = ("search", "best", "F1", "passes", "steps", "rows")

_WAYS: tuple[tuple[Scoring, int, float], ...] = (
    ("prefixes", 5, 10.0), ("prefixes", 1, np.inf), ("logits", 5, np.inf), ("logits", 5, 10.0),
    ("logits", 5, 5.0), ("logits", 1, np.inf),
)  # fmt: skip


def main() -> None:
    """See the module's text."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.constrained")
    parser.add_argument("task", choices=["train", "compare", "method"])
    parser.add_argument("model", type=Path)
    parser.add_argument("made", nargs="?", type=Path)
    parser.add_argument("--spans", type=int, default=110)
    parser.add_argument("--words", action="store_true")
    parser.add_argument("--long", action="store_true")
    given = parser.parse_args()
    if given.task == "train":
        from tests.models.marked import train

        train(given.model, given.made, verbose=True)
    elif given.task == "compare":
        chosen = examples(110)
        if given.long:
            chosen.sort(key=lambda one: -len(one.pair.target))
        compare(given.model, chosen[: given.spans], pieces=not given.words)
    else:
        method(given.model, examples(given.spans))


def compare(model: Path, chosen: Sequence[Example], *, pieces: bool) -> None:
    """The table of searches."""
    made = _services(model)
    decoder = made.forced("decoder")
    asked, right = tasks(decoder, chosen, pieces=pieces)
    known = tables(decoder, asked, [one.pair.source for one in chosen])
    lengths = [len(task.tokens) for task in asked]
    print(f"{len(asked)} spans, {np.mean(lengths):.1f} sub-words a translation (most "
          f"{max(lengths)}), {np.mean([len(t.all) for t in known]):.0f} places a span")  # fmt: skip
    print("| " + " | ".join(_HEAD) + " |\n|" + "---|" * len(_HEAD))
    best = [table.all[0] for table in known]
    whole = [[(log, i, j)] for log, i, j in best]
    _row("exhaustive", whole, best, right, "", "", sum(table.asked for table in known))
    for future in (-1, 0, 3):
        runs = [Codec(table, future) for table in known]
        found = [one.run() for one in runs]
        passes = sum(one.passes for one in runs)
        name = "published" + (f", future_steps {future}" if future >= 0 else "")
        _row(name, found, best, right, passes, passes, sum(one.states for one in runs))
    ours: list[Found] = []
    for scoring, n_best, margin in _WAYS:
        before = made.calls.counts()
        ours = search(decoder, asked, n_best=n_best, margin=margin, scoring=scoring)
        after = made.calls.counts()
        counts = [after[key] - before.get(key, 0) for key in ("passes", "steps", "rows")]
        found = [[(p.log, p.first, p.end) for p in one.places] for one in ours]
        _row(f"ours, {scoring}, n_best {n_best}, margin {margin:g}", found, best, right, *counts)
    median, ninth, most = np.percentile([one.rows for one in ours], [50, 90, 100])
    print(f"rows a span for the best one: median {median:.0f}, 90 % {ninth:.0f}, most {most:.0f}")
    before = made.calls.counts()
    for task in asked:
        search(decoder, [task], margin=10.0)
    after = made.calls.counts()
    print(f"span by span: {after['passes'] - before['passes']} passes")


def _row(
    name: str,
    found: Sequence[Sequence[tuple[float, int, int]]],
    best: Sequence[tuple[float, int, int]],
    right: Sequence[tuple[int, int]],
    *counts: object,
) -> None:
    same = sum(bool(f) and f[0][0] > b[0] - NEAR for f, b in zip(found, best, strict=True))
    hits = sum(bool(f) and f[0][1:] == r for f, r in zip(found, right, strict=True))
    f1 = 2 * hits / (sum(map(bool, found)) + len(right))
    print(f"| {name} | {same} of {len(best)} | {f1:.3f} | {' | '.join(map(str, counts))} |")


def method(model: Path, chosen: Sequence[Example]) -> None:
    """The method in the frame, and `alignment`."""
    made = _services(model)
    items = [item(one.pair, [one.phrase]) for one in chosen]
    for scoring in ("logits", "prefixes"):
        settings = ConstrainedMethod.Settings(min_confidence=0, scoring=scoring)
        constrained = ConstrainedMethod(settings, made)
        constrained.setup()
        constrained.project(items[:4])
        before = made.calls.counts()
        _measure(f"constrained, {scoring}", constrained, items, chosen)
        after = made.calls.counts()
        print({key: after[key] - before.get(key, 0) for key in after})
    alignment = AlignmentProjection(AlignmentSettings(min_confidence=0, likeness="none"))
    _measure("alignment, gold links", alignment, items, chosen)
    _measure("alignment, embedded links", alignment, [_linked(one) for one in items], chosen)


def _linked(one: ProjectionInput) -> ProjectionInput:
    from spanferry.aligners.base import WordPair
    from spanferry.aligners.embedded import EmbeddedAligner

    aligner = EmbeddedAligner()
    aligner.setup()
    source = [one.text[start:end] for start, end in one.source_words]
    target = [one.translation[start:end] for start, end in one.target_words]
    links: Sequence[Link] = aligner.align([WordPair(source, target)])[0]
    return replace(one, links=links)


def _measure(
    name: str, made: ProjectionMethod, items: Sequence[ProjectionInput], chosen: Sequence[Example]
) -> None:
    start = time.perf_counter()
    found = made.project(items)
    seconds = time.perf_counter() - start
    placed = sum(len(one.spans) for one in found)
    hits = sum(
        (span.start, span.end) == example.phrase.target
        for one, example in zip(found, chosen, strict=True)
        for span in one.spans
    )
    f1 = 2 * hits / (placed + len(chosen))
    speed = len(chosen) / seconds
    print(f"{name}: F1 {f1:.3f}, placed {placed} of {len(chosen)}, {speed:.1f} spans a second")


def _services(model: Path) -> Services:
    made = services(model, model.parent / "cache", ConstrainedMethod.Settings())
    made.forced("decoder").setup()
    return made


if __name__ == "__main__":
    main()
