"""A training for a process of its own, which a test kills."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import torch
from transformers import (  # noqa: F401 (loaded once, then forked)
    MT5ForConditionalGeneration,
    T5Tokenizer,
)

from spanferry.data.training.state import Progress
from spanferry.translators.generation.training.settings import (
    GenerationReport,
    GenerationTrainingSettings,
)
from spanferry.translators.generation.training.train import Data, Sizes, train
from tests.models.mt5 import plain_pairs

TAGS = ("<Person>", "</Person>", "<Location>", "</Location>")
SETTINGS = GenerationTrainingSettings(
    steps=24, batch_size=8, batch_tokens=160, learning_rate=3e-3, warmup_steps=4, eval_every=7,
    save_every=4, log_every=3, device="cpu",
)  # fmt: skip


def words(text: str) -> Sequence[str]:
    """What counts in an output, whatever it is."""
    return text.replace("<", " <").replace(">", "> ").split()


def examples(count: int, seed: int = 1) -> list[tuple[str, str]]:
    """Sentences, and the first name in each."""
    return [
        (f"{pair.source} <Person>[None]</Person>",
         f"<Person>{pair.source[slice(*pair.names[0].source)]}</Person>")
        for pair in plain_pairs(count, seed)
    ]  # fmt: skip


def data(size: Sizes) -> Data:
    """A few examples, one of which is too long."""
    pairs = [*examples(200), ("Ana saw " + "the old dog of " * 100, "<Person>Ana</Person>")]
    skipped = Counter({"unlabelled": 2})
    return Data(iter(pairs), examples(40, 1_000_004), skipped)


def run(
    base: Path,
    out: Path,
    steps: Path | None = None,
    settings: GenerationTrainingSettings = SETTINGS,
) -> GenerationReport:
    """Train with one thread; note the step in a file each time progress is told."""
    torch.set_num_threads(1)

    def note(progress: Progress) -> None:
        if steps is not None:
            steps.write_text(str(progress.step), "utf-8")

    return train(
        base, data, settings, out, parts_of=words, tags=TAGS, files={"notes.json": '{"a": 1}'},
        made_of={"source": "s"}, progress=note,
    )  # fmt: skip
