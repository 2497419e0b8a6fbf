"""The figures that the defaults reach on hand-made corpora, held from a point below.

The weights were fitted on parts of these files (`tests/bench/ranking.py` prints figures on what it
left out), so a fall means that the method or its weights broke, not how good it is elsewhere.
"""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path
from types import ModuleType

import pytest

from spanferry.aligners.base import WordPair
from spanferry.aligners.embedded import EmbeddedAligner
from spanferry.aligners.embedded.likeness import EmbeddedLikeness
from spanferry.aligners.evaluate import score_links
from spanferry.aligners.words import model_words
from spanferry.projection.alignment import AlignmentProjection
from spanferry.projection.gold import (
    LinkSource,
    evaluate_gold,
    projected_tokens,
    read_gold,
    tag_ranges,
)

GOLD = Path(__file__).resolve().parents[3] / "shared" / "gold"
pytestmark = [
    pytest.mark.gold,
    pytest.mark.skipif(not GOLD.is_dir(), reason="no gold data at ../shared/gold"),
]


@pytest.fixture(scope="module")
def links(aligner: EmbeddedAligner) -> LinkSource:
    return lambda pairs: aligner.align(
        [WordPair(model_words(s, sw), model_words(t, tw)) for s, sw, t, tw in pairs]
    )


@pytest.mark.parametrize(
    ("name", "bare", "least"),
    [("named_entities.en-de", 0.92, 0.927), ("opinion_targets.en-es", 0.962, 0.965)],
)
def test_embedded(links: LinkSource, name: str, bare: float, least: float) -> None:
    for likeness, bound in ((None, bare), (EmbeddedLikeness(), least)):
        method = AlignmentProjection(likeness=likeness, links="embedded")
        report = evaluate_gold(GOLD / f"{name}.jsonl", links, method).report
        assert report.total.f1 >= bound


@pytest.mark.parametrize(
    ("peer", "bare", "least"),
    [
        ("awesome", 0.961, 0.974),
        ("simalign", 0.943, 0.958),
        ("mgiza", 0.875, 0.926),
        # two that differ know more than either
        ("simalign,mgiza", 0.939, 0.971),
    ],
)
def test_links_of_peers(peer: str, bare: float, least: float) -> None:
    path = GOLD / "opinion_targets.en-es.jsonl"
    assert evaluate_gold(path, peer, AlignmentProjection()).report.total.f1 >= bare
    if EmbeddedLikeness.installed():
        method = AlignmentProjection(likeness=EmbeddedLikeness())
        assert evaluate_gold(path, peer, method).report.total.f1 >= least


def test_word_links(aligner: EmbeddedAligner) -> None:
    lines = (GOLD / "word_alignment.en-fr.jsonl").read_text(encoding="utf-8").splitlines()
    rows = [json.loads(line) for line in lines]
    found = aligner.align([WordPair(row["src_tokens"], row["tgt_tokens"]) for row in rows])
    scores = score_links(
        (
            pharaoh(row["sure"]),
            pharaoh(row["possible"]),
            {(link.source, link.target) for link in of_row if link.score >= 0.5},
        )
        for row, of_row in zip(rows, found, strict=True)
    )
    assert scores.aer <= 0.082


def pharaoh(links: str) -> set[tuple[int, int]]:
    return {(int(a), int(b)) for a, b in (link.split("-") for link in links.split())}


@pytest.fixture(scope="module")
def scorer() -> ModuleType:
    """The score.py that came with the gold data."""
    spec = importlib.util.spec_from_file_location("score", GOLD / "score.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("peer", ["awesome", "mgiza"])
def test_scores_equal_those_of_the_reference_scorer(scorer: ModuleType, peer: str) -> None:
    result = evaluate_gold(GOLD / "opinion_targets.en-es.jsonl", peer, AlignmentProjection())
    predicted = [
        set(projected_tokens(projection, pair.item.target_words))
        for pair, projection in zip(result.pairs, result.projections, strict=True)
    ]
    precision, recall, f1 = scorer.f1([set(pair.wanted) for pair in result.pairs], predicted)
    total = result.report.total
    assert (100 * total.precision, 100 * total.recall, 100 * total.f1) == pytest.approx(
        (precision, recall, f1)
    )


def test_tags_are_read_as_by_the_reference_scorer(scorer: ModuleType) -> None:
    for path in GOLD.glob("*.jsonl"):
        for line in path.read_text(encoding="utf-8").splitlines():
            row = json.loads(line)
            for tags in (row.get("src_tags", []), row.get("tgt_tags", [])):
                assert set(tag_ranges(tags)) == scorer.spans(tags)


def test_links_scores_equal_those_of_the_reference_scorer(scorer: ModuleType) -> None:
    path = GOLD / "word_alignment.en-fr.jsonl"
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    scores = score_links(
        (pharaoh(row["sure"]), pharaoh(row["possible"]), pharaoh(row["peer"])) for row in rows
    )
    wanted = scorer.aer(rows, [row["peer"] for row in rows])
    assert (100 * scores.aer, 100 * scores.precision, 100 * scores.recall) == pytest.approx(wanted)


def test_no_span_is_lost(links: LinkSource) -> None:
    result = evaluate_gold(GOLD / "named_entities.en-de.jsonl", links, AlignmentProjection())
    for pair, projection in zip(result.pairs, result.projections, strict=True):
        assert len(projection.spans) + len(projection.missing) == len(pair.item.spans)
    assert len(list(read_gold(GOLD / "named_entities.en-de.jsonl"))) == len(result.pairs)
