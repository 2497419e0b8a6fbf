"""A run from beginning to end: read, the stages, publish. Knows no Prefect."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Protocol

from spanferry.aligners.words import check_language
from spanferry.data.errors import ConfigError
from spanferry.data.locking import exclusive
from spanferry.data.manifest import Entry, Manifest
from spanferry.data.publish.dataset import check_split
from spanferry.data.readers.base import Reader
from spanferry.flows.backends import Backends
from spanferry.flows.config import BaseConfig
from spanferry.flows.labels import check_labels
from spanferry.flows.layout import Layout
from spanferry.flows.retrying import with_retries
from spanferry.flows.source import read_source
from spanferry.flows.stages import NAMES
from spanferry.flows.units import Unit, Workshop


class Watcher(Protocol):
    """Is told how far the work has come."""

    def start(self, stage: str, total: int | None) -> None: ...

    def advance(self, stage: str, rows: int) -> None: ...


class Executor(Protocol):
    """Does chains of units: those of a chain in order, `workers` chains at a time.

    Raises the error of the first unit that failed, after letting those at work finish.
    """

    def __call__(
        self, chains: list[list[Unit]], work: Callable[[Unit], Entry], *, workers: int, retries: int
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
    totals: dict[str, int] = {}
    for unit in (unit for todo in pending for unit in todo):
        totals[unit.stage.name] = totals.get(unit.stage.name, 0) + unit.shard.rows
    for stage, rows in totals.items():
        watcher.start(stage, rows)

    def work(unit: Unit) -> Entry:
        entry = shop.work(unit)
        watcher.advance(unit.stage.name, unit.shard.rows)
        return entry

    if pending:
        _set_up(shop, pending)
        run = shop.config.run
        executor(pending, work, workers=worker_count(run.workers), retries=run.retries)
        shop.sweep()
    return sum(map(len, pending))


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
                shop.backends.method()


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
    return setting if isinstance(setting, int) else len(os.sched_getaffinity(0))


def run_in_threads(
    chains: list[list[Unit]], work: Callable[[Unit], Entry], *, workers: int, retries: int
) -> None:
    """The executor of the single-stage commands: threads, and no Prefect."""
    from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait

    def run_chain(chain: list[Unit]) -> None:
        for unit in chain:
            with_retries(work, unit, retries)

    with ThreadPoolExecutor(workers) as pool:
        futures = [pool.submit(run_chain, chain) for chain in chains]
        done, waiting = wait(futures, return_when=FIRST_EXCEPTION)
        for future in waiting:
            future.cancel()
        for future in done:
            future.result()
