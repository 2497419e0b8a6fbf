"""Progress for people (bars on a terminal) and for logs (a line now and then)."""

from __future__ import annotations

import logging
import threading
import time
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

log = logging.getLogger("spanferry")

#: Seconds between two lines about the same stage where there is no terminal.
LOG_EVERY = 10.0


class Bars:
    """A bar a stage on a terminal, log lines elsewhere; safe to call from several threads."""

    def __init__(self, console: Console) -> None:
        self._shown = console.is_terminal
        self._bars = Progress(
            TextColumn("{task.description:>9}"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("records"),
            TimeElapsedColumn(),
            TimeRemainingColumn(),
            console=console,
            disable=not self._shown,
        )
        self._ids: dict[str, TaskID] = {}
        self._lock = threading.Lock()
        self._done: dict[str, int] = {}
        self._totals: dict[str, int | None] = {}
        self._told: dict[str, float] = {}

    def __enter__(self) -> Self:
        self._bars.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._bars.stop()

    def start(self, stage: str, total: int | None) -> None:
        """A stage begins; `total` is None where the number of records is not known yet."""
        self._done[stage], self._totals[stage] = 0, total
        self._told[stage] = time.monotonic()
        if self._shown:
            self._ids[stage] = self._bars.add_task(stage, total=total)

    def advance(self, stage: str, rows: int) -> None:
        """So many records more are through a stage."""
        if self._shown:
            self._bars.advance(self._ids[stage], rows)
            return
        with self._lock:
            self._done[stage] += rows
            done, total = self._done[stage], self._totals[stage]
            due = time.monotonic() - self._told[stage] >= LOG_EVERY or done == total
            if due:
                self._told[stage] = time.monotonic()
        if due:
            log.info("%s: %d of %s records", stage, done, total if total is not None else "?")
