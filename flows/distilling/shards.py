"""Shards of a corpus, and work on several of them at once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from spanferry.flows.pipeline import worker_count
from spanferry.flows.retrying import with_retries
from spanferry.flows.threads import in_threads

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

    See `in_threads` for what happens when one fails.
    """
    in_threads(shards, lambda shard: with_retries(work, shard, retries), worker_count(workers))
