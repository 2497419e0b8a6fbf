"""What a terminal shows of a distillation."""

from __future__ import annotations

import time

from rich.console import Console

from spanferry.data.training.state import Progress
from spanferry.flows.progress import Bars


class Told(Bars):
    """Bars for texts and pairs on a terminal; a line an evaluation, and one a step that is done."""

    def __init__(self, out: Console) -> None:
        super().__init__(out)
        self._out = out
        self._begun = time.monotonic()
        self._step: int | None = None
        self._score: float | None = None

    def update(self, progress: Progress) -> None:
        """See `Witness`."""
        told = []
        if progress.step != self._step:
            told += [f"{name} {value:.3f}" for name, value in progress.losses.items()]
        if progress.score is not None and progress.score != self._score:  # that of an earlier one
            told.append(f"chrF {100 - progress.score:.1f}")
        self._step, self._score = progress.step, progress.score
        if told:
            self.say(f"update {progress.step:,} of {progress.steps:,}: {', '.join(told)}")

    def say(self, text: str) -> None:
        """See `Witness`."""
        minutes, seconds = divmod(int(time.monotonic() - self._begun), 60)
        self._out.print(f"[{minutes}:{seconds:02}] {text}", markup=False, soft_wrap=True)
