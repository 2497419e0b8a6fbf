"""The stages: pure functions from the columns so far to the columns that they add.

None of them knows of Prefect, files or manifests. `COLUMNS` says which columns of earlier stages
each reads, so that only those are loaded.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pyarrow as pa

from spanferry.flows.backends import Backends
from spanferry.flows.stages import align, filters, project, score, translate


@dataclass(frozen=True, slots=True)
class Context:
    """What a stage may know besides its batch."""

    backends: Backends
    target: str
    split: str


@dataclass(frozen=True, slots=True)
class Stage:
    """A stage of the pipeline.

    Args:
        name: its name on the command line.
        columns: the columns of earlier stages that it reads.
        run: columns so far -> the added columns, with the same number of rows.
        version: raised when its code gives another result for the same input.
    """

    name: str
    columns: tuple[str, ...]
    run: Callable[[pa.Table, Context], pa.Table]
    version: str = "1"


STAGES: tuple[Stage, ...] = (
    Stage(
        "translate",
        translate.COLUMNS,
        lambda t, c: translate.run(t, c.backends.translator(c.target), c.target, c.split),
    ),
    Stage(
        "align", align.COLUMNS, lambda t, c: align.run(t, c.backends.aligner(c.target)), version="3"
    ),
    Stage(
        "project",
        project.COLUMNS,
        lambda t, c: project.run(t, c.backends.method(c.target)),
        version="2",
    ),
    Stage("score", score.COLUMNS, lambda t, c: score.run(t, c.backends.filters()), version="3"),
    Stage("filter", filters.COLUMNS, lambda t, c: filters.run(t, c.backends.filters())),
)
NAMES = tuple(stage.name for stage in STAGES)
