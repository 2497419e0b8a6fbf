"""A run from beginning to end: read, the stages, publish. Knows no Prefect."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Protocol

from spanferry.aligners.words import check_language
from spanferry.data.errors import ConfigError
from spanferry.data.locking import exclusive
from spanferry.data.machine import cores
from spanferry.data.manifest import Entry, Manifest
from spanferry.data.publish.dataset import check_split
from spanferry.data.readers.base import Reader
from spanferry.flows.backends import Backends
from spanferry.flows.config import BaseConfig
from spanferry.flows.labels import check_labels
from spanferry.flows.layout import Layout
from spanferry.flows.preparing import do_preparation
from spanferry.flows.retrying import with_retries
from spanferry.flows.source import read_source
from spanferry.flows.stages import NAMES
from spanferry.flows.threads import in_threads
from spanferry.flows.units import PREPARE, Job, Preparation, Unit, Workshop


class Watcher(Protocol):
    """Is told how far the work has come."""

    def start(self, stage: str, total: int | None) -> None: ...

    def advance(self, stage: str, rows: int) -> None: ...


#: Jobs that are done in order.
Chain = Sequence[Job]


class Executor(Protocol):
    """Does phases one after the other, and of a phase all chains, `workers` of them at a time.

    The jobs of a chain are done in order. Raises the error of the first job that failed, after
    letting those at work finish.
    """

    def __call__(
        self,
        phases: Sequence[Sequence[Chain]],
        work: Callable[[Job], Entry],
        *,
        workers: int,
        retries: int,
    ) -> None: ...


@contextmanager
def open_workshop(
    config: BaseConfig, watcher: Watcher, *, limit: int | None = None
) -> Iterator[Workshop]:
    """The work folder of a run, locked, with the source read.

    Raises:
        ConfigError, InputError: see `read_source`; and where the translations that a user brings
            do not fit the source.
    """
    layout, backends, reader = prepare(config)
    with exclusive(layout.work):
        manifest = Manifest(layout.work)
        watcher.start("read", limit)
        source = read_source(
            config,
            reader,
            manifest,
            limit=limit,
            progress=lambda rows: watcher.advance("read", rows),
        )
        for target in config.targets:
            translator = backends.translator(target, setup=False)
            translator.check(source.read, partial=limit is not None)
        check_labels(config, backends, source.inventory, partial=limit is not None)
        yield Workshop(config, backends, layout, manifest, source)


def prepare(config: BaseConfig) -> tuple[Layout, Backends, Reader]:
    """The folders and backends of a run; what would fail in the end is refused now.

    Raises:
        ConfigError: see `Layout.check`, `check_split` and the backends.
    """
    layout = Layout.of(config)
    layout.check()
    backends = Backends(config)
    backends.check_targets()
    reader = backends.reader()
    for split in reader.splits():
        check_split(split)
    return layout, backends, reader


def run_stages(
    shop: Workshop, executor: Executor, watcher: Watcher, *, only: str | None = None
) -> int:
    """Do every unit that is not up to date (of one stage, for `only`); returns how many.

    Raises:
        ConfigError: `only` is given and an earlier stage is not up to date.
    """
    pending = [[unit for unit in chain if shop.entry(unit) is None] for chain in shop.chains()]
    if only is not None:
        pending = [_of_stage(todo, only) for todo in pending]
    pending = [todo for todo in pending if todo]
    phases = _phases(shop, pending)
    totals: dict[str, int] = {}
    for job in (job for chains in phases for chain in chains for job in chain):
        stage, rows = _size(job)
        totals[stage] = totals.get(stage, 0) + rows
    for stage, total in totals.items():
        watcher.start(stage, total)

    def work(job: Job) -> Entry:
        entry = do_preparation(shop, job) if isinstance(job, Preparation) else shop.work(job)
        watcher.advance(*_size(job))
        return entry

    if pending:
        _set_up(shop, pending)
        run = shop.config.run
        executor(phases, work, workers=worker_count(run.workers), retries=run.retries)
        shop.sweep()
    return sum(map(len, pending))


def _phases(shop: Workshop, pending: list[list[Unit]]) -> list[list[Chain]]:
    """The pending units, cut where an aligner must learn of the corpus before it goes on."""
    wanted = {u.target: u.preparation for c in pending for u in c if u.preparation is not None}
    todo = [preparation for preparation in wanted.values() if shop.entry(preparation) is None]
    if not todo:
        return [list(pending)]
    first = {unit.key for preparation in todo for unit in preparation.units}
    early: list[Chain] = [[unit for unit in chain if unit.key in first] for chain in pending]
    late: list[Chain] = [[unit for unit in chain if unit.key not in first] for chain in pending]
    phases: list[list[Chain]] = [early, [[each] for each in todo], late]
    return [[chain for chain in chains if chain] for chains in phases]


def _size(job: Job) -> tuple[str, int]:
    """What a job counts as: its stage, and records."""
    if isinstance(job, Preparation):
        return PREPARE, job.records
    return job.stage.name, job.shard.rows


def _set_up(shop: Workshop, pending: list[list[Unit]]) -> None:
    """Load the backends before the first shard: what is missing shows now and not midway."""
    for target, stage in {(unit.target, unit.stage.name): None for c in pending for unit in c}:
        match stage:
            case "translate":
                shop.backends.translator(target)
            case "align":
                check_language(shop.config.source.language)
                check_language(target)
                shop.backends.aligner(target)
            case "project":
                shop.backends.method(target)


def _of_stage(todo: list[Unit], only: str) -> list[Unit]:
    early = [unit for unit in todo if NAMES.index(unit.stage.name) < NAMES.index(only)]
    if early:
        stage = early[0].stage.name
        raise ConfigError(
            f"{only} needs {stage}, which is not up to date for {early[0].key}; run "
            f"`spanferry {stage}` first, or `spanferry build` for everything"
        )
    return [unit for unit in todo if unit.stage.name == only]


def worker_count(setting: int | str) -> int:
    """Shards at work at the same time; `auto` is one a core."""
    return setting if isinstance(setting, int) else cores()


def run_in_threads(
    phases: Sequence[Sequence[Chain]],
    work: Callable[[Job], Entry],
    *,
    workers: int,
    retries: int,
) -> None:
    """The executor of the single-stage commands: threads, and no Prefect."""

    def run_chain(chain: Chain) -> None:
        for job in chain:
            with_retries(work, job, retries)

    for chains in phases:
        in_threads(chains, run_chain, workers)
