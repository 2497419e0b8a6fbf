"""How many gold spans are among the candidates: what choosing among them can reach at most."""

from __future__ import annotations

from pathlib import Path

import pytest

from spanferry.projection.alignment import AlignmentProjection, AlignmentSettings
from spanferry.projection.gold import read_gold, with_links
from spanferry.projection.methods.ngrams import near
from spanferry.projection.methods.proposals import Query

GOLD = Path(__file__).resolve().parents[4] / "shared" / "gold" / "opinion_targets.en-es.jsonl"
pytestmark = [
    pytest.mark.gold,
    pytest.mark.skipif(not GOLD.is_file(), reason="no gold data at ../shared/gold"),
]
#: Word vectors, which raise it, are left out.
ALIGNMENT = AlignmentProjection(AlignmentSettings(min_confidence=0))


@pytest.mark.parametrize(("links", "least"), [("awesome", 0.99), ("mgiza", 0.96)])
def test_reach(links: str, least: float) -> None:
    pairs = [pair for pair in read_gold(GOLD) if links in pair.links][:200]
    items = [with_links(pair.item, pair.links[links]) for pair in pairs]
    queries = [Query(k, item, span) for k, item in enumerate(items) for span in item.spans]
    reached: set[tuple[int, int, int, str]] = set()
    for query, candidates in zip(queries, near(queries, ALIGNMENT, most=8), strict=True):
        assert len(candidates) <= 8
        for one in candidates:
            hit = [
                k
                for k, (start, end) in enumerate(query.item.target_words)
                if start < one.end and one.start < end
            ]
            reached.add((query.record, hit[0], hit[-1] + 1, query.span.label))
    wanted = {(number, *span) for number, pair in enumerate(pairs) for span in pair.wanted}
    assert len(wanted) > 150
    assert len(wanted & reached) / len(wanted) >= least
