"""Options that the commands share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

ConfigPath = Annotated[Path, typer.Argument(help="YAML file of the build", metavar="CONFIG")]
Limit = Annotated[
    int | None, typer.Option("--limit", min=1, help="take the first N records of each split only")
]
DryRun = Annotated[
    bool, typer.Option("--dry-run", help="validate, count and print the plan; run nothing")
]
Overrides = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="KEY=VALUE", help="set a key, e.g. filter.min_span_score=0.5"),
]


def load(path: Path, overrides: list[str] | None) -> Any:
    """The configuration (pydantic is imported no earlier than here)."""
    from spanferry.data import samples
    from spanferry.flows.load import load_config

    return load_config(Path(samples.resolve(str(path))), overrides or ())
