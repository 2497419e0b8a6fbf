"""A fine-tuning run for a process of its own, which a test kills."""

from __future__ import annotations

from pathlib import Path

import torch
from transformers import BertForMaskedLM, BertTokenizerFast  # noqa: F401 (loaded once, then forked)

from spanferry.aligners.training.finetune import FinetuneReport, finetune
from spanferry.aligners.training.settings import FinetuneSettings
from spanferry.data.training.state import Progress
from tests.aligners.training.making import lessons

SETTINGS = FinetuneSettings(
    objectives={"masked": 0.1, "translation": 0.1, "parallel": 0.1, "self_training": 1,
                "consistency": 1},
    steps=24, batch_size=4, batch_tokens=160, learning_rate=3e-3, warmup_steps=4, layer=1,
    eval_every=7, save_every=4, log_every=3, both_orders=False, device="cpu",
)  # fmt: skip


def run(base: Path, out: Path, steps: Path | None = None) -> FinetuneReport:
    """Fine-tune with one thread; note the step in a file each time progress is told."""
    torch.set_num_threads(1)

    def note(progress: Progress) -> None:
        if steps is not None:
            steps.write_text(str(progress.step), "utf-8")

    pairs, gold = lessons(60, 20)
    return finetune(base, pairs, SETTINGS, out, gold=gold, progress=note)
