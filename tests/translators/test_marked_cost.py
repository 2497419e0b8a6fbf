"""What marks cost, told by a model that scores, and the limit of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from spanferry.data.records import Record, Span
from spanferry.translators.base import Scorer, TranslatedRecord
from spanferry.translators.marked import MarkedTranslator, MarkedTranslatorSettings
from tests.models.held_out import held_out

pytest.importorskip("ctranslate2")


def test_costs_and_their_limit(trained_model: Path, model_cache: Path) -> None:
    """A model that scores tells what marks cost; above `max_cost` they are given up."""
    pairs = [pair for pair in held_out(24) if pair.names]
    records = [
        Record(
            str(k), pair.source, spans=tuple(
                Span(*name.source, name.kind, f"s{n}") for n, name in enumerate(pair.names)
            ),
        )
        for k, pair in enumerate(pairs)
    ]  # fmt: skip
    through = {
        "backend": "ctranslate2", "model": str(trained_model), "cache_path": str(model_cache),
        "device": "cpu", "keep_items": False,
    }  # fmt: skip

    def translate(**settings: Any) -> tuple[MarkedTranslator, list[TranslatedRecord]]:
        chosen = MarkedTranslatorSettings(through=through, form="brackets", **settings)
        made = MarkedTranslator(chosen, source_language="en", target_language="qaa")
        return made, made.translate_records(records, range(len(records)), "train")

    made, free = translate()
    assert isinstance(made, Scorer)
    plain = made._leg.translate_records(records, range(len(records)), "train")
    known = [(a, b) for a, b in zip(free, plain, strict=True) if a.marker_cost is not None]
    assert len(known) > len(records) / 2
    for done, other in known:
        if done.text.text == other.text.text:
            assert done.marker_cost == pytest.approx(0.0, abs=1e-6)
    # placed where gold has them, wherever the model translates as gold does
    right = [
        (done, pair)
        for done, pair in zip(free, pairs, strict=True)
        if done.text.text == pair.target
    ]
    assert len(right) > len(pairs) / 3
    for done, pair in right:
        targets = {f"s{n}": name.target for n, name in enumerate(pair.names)}
        assert all((start, end) == targets[span] for span, start, end in done.marks or ())
    limit = sorted(done.marker_cost or 0.0 for done, _ in known)[len(known) // 2] + 1e-9
    _, limited = translate(max_cost=max(limit, 0.0))
    for before, after, other in zip(free, limited, plain, strict=True):
        if before.marker_cost is not None and before.marker_cost > max(limit, 0.0):
            assert after.marks == ()
            assert after.text.text == other.text.text
        elif before.marker_cost is not None:
            assert after.text.text == before.text.text
    _, quick = translate(compare=False)
    assert all(done.marker_cost is None for done in quick)
