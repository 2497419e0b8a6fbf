"""Shards of a corpus, and work on several of them at once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from dataclasses import dataclass
from typing import TypeVar

from spanferry.flows.pipeline import worker_count
from spanferry.flows.retrying import with_retries

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Shard:
    """A piece of the corpus.

    Args:
        file: relative to the work folder.
        rows: how many texts or pairs.
        digest: of its content, and so its name.
        taught: whether its texts have translations already.
    """

    file: str
    rows: int
    digest: str
    taught: bool


def work_on(
    shards: Sequence[T], work: Callable[[T], object], *, workers: int | str, retries: int
) -> None:
    """`work` on all shards, several at a time, each tried again after an error that may pass.

    Raises the error of the first that failed, after letting those at work finish; likewise where
    the user interrupts.
    """
    if not shards:
        return
    with ThreadPoolExecutor(min(worker_count(workers), len(shards))) as pool:
        futures = [pool.submit(with_retries, work, shard, retries) for shard in shards]
        try:
            done, _ = wait(futures, return_when=FIRST_EXCEPTION)
        finally:
            pool.shutdown(wait=False, cancel_futures=True)  # leaving it waits for all else
        for future in done:
            future.result()
