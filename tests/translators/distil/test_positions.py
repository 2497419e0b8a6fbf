"""A student with room for few sub-words is judged by sources that are not cut to nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

pytest.importorskip("torch")

from spanferry.translators.distil import train
from spanferry.translators.distil.pair_writer import Pair, write_pairs
from spanferry.translators.distil.scoring import Scorer
from spanferry.translators.distil.settings import StudentSettings, StudentTrainingSettings


@pytest.mark.parametrize("positions", [16, 32])
def test_few_positions(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, positions: int) -> None:
    seen: list[list[int]] = []
    chrf = Scorer.chrf

    def noted(self: Scorer, model: object) -> float:
        seen[:] = [[len(source) for source in self._sources]]
        return chrf(self, model)

    monkeypatch.setattr(Scorer, "chrf", noted)
    rows = [Pair(f"ab {n} cd", f"dc {n} ba") for n in range(60)]
    pairs = write_pairs(tmp_path / "pairs", rows, count=60, held_out=5, links=False)
    student = StudentSettings(
        vocabulary=200, dimension=8, feed_forward=8, encoder_layers=1, decoder_layers=1, heads=1,
        positions=positions,
    )  # fmt: skip
    settings = StudentTrainingSettings(steps=1, warmup_steps=0, device="cpu")
    train.train_student(pairs, student, settings, tmp_path / "student", source="en", target="pt")
    assert len(seen[0]) == 5
    assert min(seen[0]) > 5
    assert max(seen[0]) <= positions
