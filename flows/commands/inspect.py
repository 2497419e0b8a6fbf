"""`spanferry inspect`: look at records in the terminal."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from spanferry.flows.commands.options import load
from spanferry.flows.console import console


def inspect(
    path: Annotated[Path, typer.Argument(help="a dataset folder, or the config that made it")],
    records: Annotated[int, typer.Option("--records", "-n", min=1, help="how many")] = 10,
    target: Annotated[str | None, typer.Option(help="language; the first if not given")] = None,
    split: Annotated[str | None, typer.Option(help="split; all if not given")] = None,
    rejected: Annotated[bool, typer.Option("--rejected", help="rejected ones instead")] = False,
    ids: Annotated[list[str] | None, typer.Option("--id", help="records of these ids")] = None,
    seed: Annotated[
        int | None, typer.Option(help="pick at random with this seed instead of the first ones")
    ] = None,
) -> None:
    """Show records with their spans in colour, source above translation."""
    from spanferry.data.samples import resolve
    from spanferry.flows.browse import pick
    from spanferry.flows.show import show_records

    folder = Path(resolve(str(path)))
    if folder.is_file():
        settings: Any = load(folder, None)
        folder = Path(settings.publish.path).expanduser()
    rows = pick(folder, records, target=target, split=split, rejected=rejected, ids=ids, seed=seed)
    out = console()
    show_records(out, rows)
    if not rows:
        out.print("no such records", markup=False)
