"""A training of a small student for a process of its own, which a test kills.

It learns six words and the order of up to three of them: enough to get better within a second.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from pathlib import Path
from typing import Any

import torch
from transformers import MarianMTModel  # noqa: F401 (loaded once, then forked)

from spanferry.data.training.state import Progress
from spanferry.translators.distil.pair_writer import Pair, write_pairs
from spanferry.translators.distil.pairs import PairStore
from spanferry.translators.distil.settings import (
    StudentReport,
    StudentSettings,
    StudentTrainingSettings,
)
from spanferry.translators.distil.train import train_student

WORDS = {
    "red": "rubi", "sea": "maro", "dog": "kano", "big": "granu", "old": "veko", "sun": "solu",
}  # fmt: skip
STUDENT = StudentSettings(
    vocabulary=300, dimension=32, feed_forward=64, encoder_layers=1, decoder_layers=1, heads=2,
    positions=64, dropout=0.1,
)  # fmt: skip
SETTINGS = StudentTrainingSettings(
    steps=24, batch_tokens=200, learning_rate=2e-2, warmup_steps=4, eval_every=7,
    eval_pairs=6, save_every=4, log_every=3, device="cpu",
)  # fmt: skip


def word_pairs() -> Iterator[Pair]:
    """All texts of up to three words, word by word, with links."""
    for count in (1, 2, 3):
        for words in product(WORDS, repeat=count):
            links = []
            left = right = 0
            for word in words:
                first, last = left + len(word), right + len(WORDS[word])
                links.append((left, first, right, last))
                left, right = first + 1, last + 1
            yield Pair(" ".join(words), " ".join(map(WORDS.__getitem__, words)), None, links)


def word_store(folder: Path) -> PairStore:
    """A store of them."""
    return write_pairs(folder, word_pairs(), count=258, held_out=20, links=True)


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
