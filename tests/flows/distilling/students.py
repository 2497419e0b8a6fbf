"""A distillation that takes seconds: a translation memory is the teacher, the student is tiny."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from spanferry.data.training.state import Progress
from spanferry.flows.distilling.config import DistilConfig
from tests.flows.distilling.corpora import Steps, configure, write_teacher, write_texts

SENTENCES = 400
TINY = {
    "vocabulary": 200, "dimension": 16, "feed_forward": 32, "encoder_layers": 1,
    "decoder_layers": 1, "heads": 2, "positions": 128,
}  # fmt: skip
BRIEF = {
    "steps": 4, "eval_every": 2, "warmup_steps": 1, "batch_tokens": 300, "eval_pairs": 4,
    "device": "cpu", "save_every": 2, "log_every": 2,
}  # fmt: skip


def write_corpus(folder: Path) -> None:
    """Texts, and a translation memory that knows all of them but one."""
    write_teacher(folder, SENTENCES)
    write_texts(folder / "texts.txt", range(SENTENCES + 1))


def tiny(folder: Path, **keys: Any) -> DistilConfig:
    """A configuration over the corpus in a folder, of the smallest student."""
    student = {**TINY, **keys.pop("student", {})}
    settings = {**BRIEF, **keys.pop("settings", {})}
    return configure(folder, student=student, settings=settings, **keys)


class Heard(Steps):
    """A witness that notes what it is told."""

    def __init__(self) -> None:
        super().__init__()
        self.said: list[str] = []
        self.updates: list[Progress] = []

    def update(self, progress: Progress) -> None:
        """See `Witness`."""
        self.updates.append(progress)

    def say(self, text: str) -> None:
        """See `Witness`."""
        self.said.append(text)
