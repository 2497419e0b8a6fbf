"""A training of a small student for a process of its own, which a test kills."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch
from transformers import MarianMTModel  # noqa: F401 (loaded once, then forked)

from spanferry.data.training.state import Progress
from spanferry.translators.distil.pairs import PairStore
from spanferry.translators.distil.settings import (
    StudentReport,
    StudentSettings,
    StudentTrainingSettings,
)
from spanferry.translators.distil.train import train_student

STUDENT = StudentSettings(
    vocabulary=300, dimension=16, feed_forward=32, encoder_layers=1, decoder_layers=1, heads=2,
    positions=64, dropout=0.1,
)  # fmt: skip
SETTINGS = StudentTrainingSettings(
    steps=24, batch_tokens=200, warmup_steps=4, eval_every=7, eval_pairs=6, save_every=4,
    log_every=3, device="cpu",
)  # fmt: skip


def run(
    pairs: Path,
    folder: Path,
    told: Path | None = None,
    *,
    student: StudentSettings = STUDENT,
    **changes: Any,
) -> StudentReport:
    """Train with one thread; note the step in a file each time progress is told."""
    torch.set_num_threads(1)

    def note(progress: Progress) -> None:
        if told is not None:
            told.write_text(str(progress.step), "utf-8")

    settings = StudentTrainingSettings(**{**SETTINGS.model_dump(), **changes})
    return train_student(
        PairStore(pairs), student, settings, folder, source="en", target="qaa", progress=note
    )
