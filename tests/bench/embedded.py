"""What each part of the aligner `embedded` is worth, on the gold sets.

usage: python -m tests.bench.embedded [--test]

AER on the Hansards English-French links (all, and two halves), the same measure against the links
that awesome-align gave for the English-Spanish pairs, F1 of spans projected with the links, and
pairs a second of processor time, with the words' vectors at hand and without. The test part of
the opinion targets is left out unless asked for: nothing is chosen by it.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from spanferry.aligners.base import WordPair
from spanferry.aligners.embedded import EmbeddedAligner, EmbeddedAlignerSettings
from spanferry.aligners.evaluate import score_links
from spanferry.aligners.words import model_words
from spanferry.data.links import Link
from spanferry.projection.alignment import AlignmentProjection
from spanferry.projection.gold import LinkSource, evaluate_gold, read_gold

GOLD = Path(__file__).resolve().parents[3] / "shared" / "gold"
SPANS = ("opinion_targets.en-es.train", "named_entities.en-de")
METHOD = AlignmentProjection()
#: Calibration is measured over links, in bins of this width.
BIN = 0.1

VARIANTS: dict[str, dict[str, Any]] = {
    "as it is": {},
    "no pieces": {"piece_weight": 0},
    "no spelling": {"string_weight": 0},
    "twice the spelling": {"string_weight": 0.3},
    "no distance": {"distance_weight": 0},
    "no neighbours": {"neighbour_weight": 0},
    "no competition": {"competition": 0},
    "no rounds": {"rounds": 0},
    "meaning only": {"piece_weight": 0, "string_weight": 0, "competition": 0},
    "center": {"center": True},
    "lexicon of the set itself": {"lexicon_pairs": 5000},
    "center, lexicon": {"center": True, "lexicon_pairs": 5000},
    "mutual": {"mutual": True},
}

Links = Sequence[Sequence[Link]]
Pairs = set[tuple[int, int]]


def main(*, with_test: bool) -> None:
    """Print a line a variant."""
    spans = (*SPANS, "opinion_targets.en-es") if with_test else SPANS
    sets = {name: span_pairs(name) for name in spans}
    sure, possible, french = hansards()
    agreed = stored_links("opinion_targets.en-es.train")
    halves = [[k for k in range(len(sure)) if k // 10 % 2 == side] for side in (0, 1)]
    print("variant | AER en-fr | halves | precision, recall | calibration error | AER to awesome |",
          " | ".join(f"F1 {name}" for name in spans), "| pairs/s")  # fmt: skip
    for name, settings in VARIANTS.items():
        links, speed = _aligned(settings, french)
        whole = score_links(cases(sure, possible, links, range(len(sure))))
        parts = [score_links(cases(sure, possible, links, half)).aer for half in halves]
        row = [f"{100 * whole.aer:.2f}", " ".join(f"{100 * part:.2f}" for part in parts),
               f"{100 * whole.precision:.1f} {100 * whole.recall:.1f}",
               f"{100 * calibration_error(sure, possible, links):.1f}"]  # fmt: skip
        for place, (of_spans, pairs) in enumerate(sets.items()):
            found, speed = _aligned(settings, pairs)
            if place == 0:
                close = score_links(cases(agreed, agreed, found, range(len(agreed))))
                row.append(f"{100 * close.aer:.2f}")
            report = evaluate_gold(GOLD / f"{of_spans}.jsonl", _given(found), METHOD).report
            row.append(f"{100 * report.total.f1:.2f}")
        print(name, *row, f"{speed:.0f}", sep=" | ", flush=True)


def _given(links: Links) -> LinkSource:
    return lambda _: links


def _aligned(settings: dict[str, Any], pairs: list[WordPair]) -> tuple[Links, float]:
    aligner = EmbeddedAligner(EmbeddedAlignerSettings(**settings))
    aligner.setup()
    if aligner.corpus_pairs:
        with tempfile.TemporaryDirectory() as folder:
            aligner.prepare(pairs, Path(folder))
            aligner.load(Path(folder))
    aligner.align(pairs)
    start = time.process_time()
    links = aligner.align(pairs)
    return links, len(pairs) / (time.process_time() - start)


def calibration_error(sure: list[Pairs], possible: list[Pairs], links: Links) -> float:
    """Expected calibration error of the scores, a link being right if it is a possible one."""
    scores = np.array([link.score for found in links for link in found])
    right = np.array(
        [
            (link.source, link.target) in wanted | allowed
            for wanted, allowed, found in zip(sure, possible, links, strict=True)
            for link in found
        ],
        dtype=float,
    )
    bins = np.minimum((scores / BIN).astype(int), round(1 / BIN) - 1)
    gaps = [abs(scores[bins == k].sum() - right[bins == k].sum()) for k in range(round(1 / BIN))]
    return float(sum(gaps) / len(scores))


def cases(
    sure: list[Pairs], possible: list[Pairs], links: Links, places: Sequence[int]
) -> list[tuple[Pairs, Pairs, Pairs]]:
    """What `score_links` takes, for some of the pairs, of links with a score of 0.5 or more."""
    hard = [{(link.source, link.target) for link in found if link.score >= 0.5} for found in links]
    return [(sure[k], possible[k], hard[k]) for k in places]


def hansards() -> tuple[list[Pairs], list[Pairs], list[WordPair]]:
    """Sure links, possible links and the pairs of the English-French set."""
    lines = (GOLD / "word_alignment.en-fr.jsonl").read_text("utf-8").splitlines()
    rows = [json.loads(line) for line in lines]
    pairs = [WordPair(row["src_tokens"], row["tgt_tokens"]) for row in rows]
    return [_pharaoh(r["sure"]) for r in rows], [_pharaoh(r["possible"]) for r in rows], pairs


def _pharaoh(links: str) -> Pairs:
    return {(int(a), int(b)) for a, b in (link.split("-") for link in links.split())}


def span_pairs(name: str) -> list[WordPair]:
    """The pairs of a span set, as a projection would have them aligned."""
    return [
        WordPair(
            model_words(pair.item.text, pair.item.source_words),
            model_words(pair.item.translation, pair.item.target_words),
        )
        for pair in read_gold(GOLD / f"{name}.jsonl")
    ]


def stored_links(name: str) -> list[Pairs]:
    """What awesome-align gave for the pairs of a span set."""
    return [
        {(link.source, link.target) for link in pair.links["awesome"]}
        for pair in read_gold(GOLD / f"{name}.jsonl")
    ]


if __name__ == "__main__":
    main(with_test="--test" in sys.argv[1:])
