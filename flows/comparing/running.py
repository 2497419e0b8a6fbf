"""Runs the methods: made and set up first, then timed, in turns, on the very same inputs."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from spanferry.data.backends import BackendInfo
from spanferry.data.errors import AccountingError, ConfigError
from spanferry.flows.backends import method_for
from spanferry.flows.comparing.cases import CaseSet
from spanferry.flows.comparing.entries import Candidate
from spanferry.flows.services import Models
from spanferry.projection.base import Projection, ProjectionInput, ProjectionMethod
from spanferry.projection.ranking import Links
from spanferry.projection.services import Calls

_STATUS = Path("/proc/self/status")
_FORGET = Path("/proc/self/clear_refs")


@dataclass(slots=True)
class MethodRun:
    """What a method did with a gold set.

    Args:
        name: what the method is called.
        method: the method, set up.
        projections: those of the first run.
        seconds: of each run, by the clock; projection alone.
        calls: how often models were asked in the first run, by the names of `services.Calls`.
        memory: bytes that the first run took at its peak beyond what was in use before it; None
            where the system does not tell.
        changed: a later run gave another result.
    """

    name: str
    method: ProjectionMethod
    projections: list[Projection] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)
    calls: dict[str, int] = field(default_factory=dict)
    memory: int | None = None
    changed: bool = False

    @property
    def info(self) -> BackendInfo:
        """The revision of the method."""
        return self.method.info


class Runner:
    """Makes the methods of a comparison, and keeps them between sets; they share their models,
    unless `own_models` says no."""

    def __init__(self, config: Any) -> None:
        self._candidates: Sequence[Candidate] = config.methods
        shared = Models(config.translate)
        self._models = [
            Models(config.translate) if config.own_models else shared for _ in self._candidates
        ]
        self._repeat: int = config.repeat
        self._made: dict[tuple[Any, ...], ProjectionMethod] = {}

    def methods(self, kind: Links, pair: tuple[str, str]) -> list[ProjectionMethod]:
        """The methods for a kind of links and a source and target language, set up.

        Raises:
            ConfigError, MissingExtraError: one cannot run here.
        """
        found = []
        for number, candidate in enumerate(self._candidates):
            key = (number, kind, *pair)
            if key not in self._made:
                with _blame(number):
                    made = method_for(candidate.settings, kind, self._models[number], *pair)
                    made.setup()
                self._made[key] = made
            found.append(self._made[key])
        return found

    def run(
        self, data: CaseSet, progress: Callable[[str], None] = lambda name: None
    ) -> list[MethodRun]:
        """Project a gold set with all methods, as often as `repeat` says.

        Args:
            progress: is told the name of a method before each of its runs.
        """
        items = [case.item for case in data.cases]
        runs = [
            MethodRun(candidate.title, method)
            for candidate, method in zip(
                self._candidates, self.methods(data.kind, data.pair), strict=True
            )
        ]
        for turn in range(self._repeat):
            for run, models in zip(runs, self._models, strict=True):
                progress(run.name)
                if turn == 0:
                    _first(run, items, models.calls)
                else:
                    run.changed |= _timed(run, items) != run.projections
        return runs


def _first(run: MethodRun, items: Sequence[ProjectionInput], calls: Calls) -> None:
    before = calls.counts()
    with _watched_memory() as used:
        run.projections = _timed(run, items)
    run.memory = used()
    run.calls = {
        name: count - before.get(name, 0)
        for name, count in calls.counts().items()
        if count > before.get(name, 0)
    }


@contextmanager
def _blame(number: int) -> Iterator[None]:
    """Errors of a method name its place in the list, not the section of a build."""
    try:
        yield
    except ConfigError as error:
        text = str(error).removeprefix("project.")
        between = ": " if text == str(error) else "."
        raise type(error)(f"methods.{number}{between}{text}") from error


def _timed(run: MethodRun, items: Sequence[ProjectionInput]) -> list[Projection]:
    start = time.perf_counter()
    found = run.method.project(items)
    run.seconds.append(time.perf_counter() - start)
    if len(found) != len(items):
        raise AccountingError(f"{run.name} projected {len(found)} of {len(items)} records")
    return found


@contextmanager
def _watched_memory() -> Iterator[Callable[[], int | None]]:
    """Resident memory at its peak, less what is resident now; Linux alone can start afresh."""
    try:
        _FORGET.write_text("5")  # the peak so far is forgotten: proc(5), clear_refs
        start = _memory("VmRSS")
    except (OSError, LookupError):
        yield lambda: None
        return
    peak: list[int] = []
    yield lambda: peak[0]
    peak.append(max(0, _memory("VmHWM") - start))


def _memory(name: str) -> int:
    """A figure of the process in bytes."""
    for line in _STATUS.read_text("ascii", "replace").splitlines():
        if line.startswith(f"{name}:"):
            return int(line.split()[1]) * 1024
    raise LookupError(name)
