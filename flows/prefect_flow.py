"""The Prefect flow: one task a (stage, shard), a window of shards at work at a time."""

from __future__ import annotations

import queue
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from prefect import flow, get_run_logger, task
from prefect.cache_policies import NO_CACHE
from prefect.client.schemas.objects import State, TaskRun
from prefect.futures import PrefectFuture
from prefect.task_runners import ThreadPoolTaskRunner

from spanferry.data.manifest import Entry
from spanferry.flows.pipeline import Chain
from spanferry.flows.prefect_server import session
from spanferry.flows.retrying import FIRST_DELAY, may_pass
from spanferry.flows.units import Job

#: Shards in flight for each worker: while one is at work the next is ready.
_WINDOW = 2


class _Call:
    """A job and what does it; opaque, since Prefect walks through dataclasses and dictionaries."""

    __slots__ = ("job", "work")

    def __init__(self, job: Job, work: Callable[[Job], Entry]) -> None:
        self.job = job
        self.work = work


def _retry(task: Any, run: TaskRun, state: State[Any]) -> bool:
    # a plain function: Prefect takes anything else for "never"
    return isinstance(state.data, BaseException) and may_pass(state.data)


@task(cache_policy=NO_CACHE, persist_result=False, task_run_name="{name}")
def do_unit(name: str, call: _Call) -> int:
    """One (stage, shard), or what an aligner learns before its first shard.

    Its result is in the manifest; the task returns the records only.
    """
    entry = call.work(call.job)
    get_run_logger().info("%s: %d records in %.1f s", name, entry.rows, entry.seconds)
    return entry.rows


def run_in_prefect(
    phases: Sequence[Sequence[Chain]],
    work: Callable[[Job], Entry],
    *,
    workers: int,
    retries: int,
) -> None:
    """The executor of `spanferry build` (see `pipeline.Executor`)."""
    delays = [FIRST_DELAY * 2**n for n in range(retries)]
    step = do_unit.with_options(
        retries=retries, retry_delay_seconds=delays or [0.0], retry_condition_fn=_retry
    )

    runner: Any = ThreadPoolTaskRunner(max_workers=workers)

    @flow(
        name="spanferry-build",
        task_runner=runner,
        persist_result=False,
        validate_parameters=False,
    )
    def build() -> int:
        return sum(
            _drive(chains, lambda job: step.submit(job.key, _Call(job, work)), workers)
            for chains in phases
        )

    with session():
        build()


def _drive(
    chains: Sequence[Chain], submit: Callable[[Job], PrefectFuture[int]], workers: int
) -> int:
    """Keep the window full; a stage is submitted when the one before it is done.

    Waiting in the pool for the stage before would take up the pool's threads. Raises the first
    error; what has not begun is cancelled by the end of the flow.
    """
    finished: queue.SimpleQueue[int] = queue.SimpleQueue()
    waiting: Iterator[tuple[int, Chain]] = iter(enumerate(chains))
    live: dict[int, tuple[PrefectFuture[int], Iterator[Job]]] = {}
    total = 0

    def advance(number: int, rest: Iterator[Job]) -> bool:
        job = next(rest, None)
        if job is None:
            return False
        future = submit(job)
        live[number] = future, rest
        future.add_done_callback(lambda _: finished.put(number))
        return True

    def admit() -> None:
        for number, chain in waiting:
            if advance(number, iter(chain)):
                return

    for _ in range(_WINDOW * workers):
        admit()
    while live:
        number = finished.get()
        future, rest = live.pop(number)
        total += future.result()
        if not advance(number, rest):
            admit()
    return total
