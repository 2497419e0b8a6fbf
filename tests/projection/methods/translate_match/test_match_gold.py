"""Figures on gold that the method must not fall below."""

from __future__ import annotations

from pathlib import Path

import pytest

from spanferry.flows.config import settings_class
from spanferry.flows.services import Models
from spanferry.projection.evaluate import score_spans
from spanferry.projection.gold import projected_tokens, read_gold, with_links
from tests.projection.methods.translate_match.making import make
from tests.translators.apertium.needs import needs_apertium

GOLD = Path(__file__).resolve().parents[5] / "shared" / "gold"
pytestmark = [
    pytest.mark.gold,
    pytest.mark.skipif(not GOLD.is_dir(), reason="no gold data at ../shared/gold"),
]


def figures(first: int | None = None, **given: object) -> tuple[float, float]:
    """F1 and precision on the opinion targets, with the links of awesome-align."""
    pairs = [
        pair
        for pair in read_gold(GOLD / "opinion_targets.en-es.jsonl")
        if "awesome" in pair.links and pair.item.spans
    ][:first]
    method = make(target="es", **given).method  # type: ignore[arg-type]
    found = method.project([with_links(pair.item, pair.links["awesome"]) for pair in pairs])
    report = score_spans(
        (pair.wanted, projected_tokens(projection, pair.item.target_words))
        for pair, projection in zip(pairs, found, strict=True)
    )
    return report.total.f1, report.total.precision


def test_the_words_of_the_source_alone() -> None:
    f1, precision = figures(200, sources=["source"])
    assert f1 > 0.55
    assert precision > 0.9


@needs_apertium
def test_phrases_by_apertium() -> None:
    models = Models(settings_class("translators", "apertium")())
    f1, precision = figures(80, models=models)
    assert f1 > 0.75
    assert precision > 0.92
