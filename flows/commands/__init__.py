"""The commands, one file each; heavy imports wait until a command runs."""

from __future__ import annotations

import typer

from spanferry.flows.commands import build, compare, distil, evaluate, info, inspect, train


def register(app: typer.Typer) -> None:
    """Add all commands, in the order of the help page."""
    app.command()(build.build)
    build.register_stages(app)
    app.command()(evaluate.evaluate)
    app.command()(compare.compare)
    app.command()(inspect.inspect)
    app.command()(train.train)
    app.command()(distil.distil)
    app.command("list")(info.list_backends)
    app.command()(info.schema)
