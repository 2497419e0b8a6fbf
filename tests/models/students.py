"""Pairs of the artificial language for a student, and a student that has learnt them.

The word links of the pairs are those that the generator of the language knows.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from pathlib import Path

from spanferry.data.training.state import Progress
from spanferry.translators.distil.export import export
from spanferry.translators.distil.pair_writer import Pair as Row
from spanferry.translators.distil.pair_writer import write_pairs
from spanferry.translators.distil.pairs import PairStore
from spanferry.translators.distil.settings import (
    StudentReport,
    StudentSettings,
    StudentTrainingSettings,
)
from spanferry.translators.distil.train import checkpoint, train_student
from tests.models.language import Pair, pairs, split

LANGUAGES = ("en", "qaa")
#: Sentences of the student's training, and sentences that neither it nor its evaluations see.
TRAINING, UNSEEN = 20_000, 200
STUDENT = StudentSettings(
    vocabulary=1200, dimension=96, feed_forward=256, encoder_layers=2, decoder_layers=1, heads=4,
    positions=128,
)  # fmt: skip
SETTINGS = StudentTrainingSettings(
    steps=800, batch_tokens=1000, learning_rate=7e-3, warmup_steps=100, guide_weight=1.0,
    eval_every=400, eval_pairs=100, device="cpu", dtype="float32",
)  # fmt: skip


def row(pair: Pair, *, links: bool = True) -> Row:
    """A pair of the language as one of a store."""
    found = tuple(
        (left.start, left.end, right.start, right.end)
        for left, right in (
            (pair.source_words[i], pair.target_words[j]) for i, j in pair.links
        )
    )  # fmt: skip
    return Row(pair.source, pair.target, None, found if links else None)


def store(
    folder: Path,
    count: int,
    *,
    held_out: int = 20,
    links: bool = True,
    given: Sequence[Pair] | None = None,
) -> PairStore:
    """A store of the first pairs of the language, or of given ones."""
    rows = (row(pair, links=links) for pair in given or pairs(count))
    return write_pairs(folder, rows, count=count, held_out=held_out, links=links)


def teach(folder: Path, progress: Callable[[Progress], None] | None = None) -> StudentReport:
    """Train the student (`checkpoint`) and convert it (`model`); the same machine, the same one.

    One thread, as in `trained.train`.
    """
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        learnt = store(
            folder / "pairs", TRAINING, held_out=200, given=split(TRAINING, UNSEEN)[0]
        )  # fmt: skip
        source, target = LANGUAGES
        report = train_student(
            learnt, STUDENT, SETTINGS, folder / "student", source=source, target=target,
            progress=progress,
        )  # fmt: skip
    finally:
        torch.set_num_threads(before)
    checkpoint(folder / "student").rename(folder / "checkpoint")
    for name in ("pairs", "student"):
        shutil.rmtree(folder / name)
    export(folder / "checkpoint", folder / "model", source, target)
    return report


def unseen() -> list[Pair]:
    """Pairs that the student of `teach` has not seen."""
    return split(0, UNSEEN)[1]
