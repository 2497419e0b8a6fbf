"""A whole build as one call: what the command line does, for use from Python.

>>> from pathlib import Path
>>> from spanferry.flows.load import load_config
>>> result = build(load_config(Path("build.yaml")))  # doctest: +SKIP
>>> result.published.summary.total().published  # doctest: +SKIP
200
"""

from __future__ import annotations

from dataclasses import dataclass

from spanferry.flows.config import BaseConfig
from spanferry.flows.pipeline import (
    Executor,
    Watcher,
    open_workshop,
    run_in_threads,
    run_stages,
)
from spanferry.flows.publishing import Published, publish


class Silent:
    """A watcher that says nothing."""

    def start(self, stage: str, total: int | None) -> None:
        """Nothing."""

    def advance(self, stage: str, rows: int) -> None:
        """Nothing."""


@dataclass(frozen=True, slots=True)
class Result:
    """What a build did.

    Args:
        units: pieces of work that were done; 0 where all were up to date.
        published: the dataset and its counts.
        splits: splits of the source.
    """

    units: int
    published: Published
    splits: tuple[str, ...]


def build(
    config: BaseConfig,
    *,
    executor: Executor = run_in_threads,
    watcher: Watcher | None = None,
    limit: int | None = None,
) -> Result:
    """Read, run the stages, publish; whatever is up to date is left alone.

    Args:
        executor: threads by default; `prefect_flow.run_in_prefect` for a Prefect flow.
        watcher: is told how far the work has come.
        limit: take the first records of each split only.

    Raises:
        SpanferryError: see its subclasses.
    """
    watcher = watcher or Silent()
    with open_workshop(config, watcher, limit=limit) as shop:
        units = run_stages(shop, executor, watcher)
        return Result(units, publish(shop, watcher), shop.source.splits)
