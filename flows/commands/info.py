"""`spanferry list` and `spanferry schema`."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from spanferry.flows.console import console


def list_backends() -> None:
    """List readers, translators, aligners, methods and filters, and whether they can run here."""
    from rich.markup import escape
    from rich.table import Table

    from spanferry.flows.catalogue import catalogue

    table = Table("kind", "name", "what it is", "runs here")
    for item in catalogue():
        here = f"no: {item.needs}" if item.needs else "yes"
        table.add_row(item.kind, item.name, escape(item.description), escape(here))
    console().print(table)


def schema(
    indent: Annotated[int, typer.Option(help="blanks an indentation level of the JSON")] = 2,
) -> None:
    """Print the JSON Schema of the configuration, for editors."""
    from spanferry.flows.config import json_schema

    # not through rich, which would wrap long lines
    print(json.dumps(json_schema(), indent=indent, ensure_ascii=False))
