"""What there is: every backend with one line, and whether it can run here."""

from __future__ import annotations

import inspect
from dataclasses import dataclass
from importlib.util import find_spec

from spanferry.data import backends
from spanferry.data.errors import MissingExtraError
from spanferry.flows.config import KINDS
from spanferry.projection.filters import FILTERS


@dataclass(frozen=True, slots=True)
class Item:
    """A line of `spanferry list`; `needs` says what to do where it cannot run here."""

    kind: str
    name: str
    description: str
    needs: str = ""


def catalogue() -> list[Item]:
    """Readers, translators, aligners, methods and filters."""
    tables = {kind: table for kind, (table, _, _) in KINDS.items()} | {"filters": FILTERS}
    return [
        _item(kind, name, table)
        for kind, table in tables.items()
        for name in sorted(backends.names(kind, table))
    ]


def _item(kind: str, name: str, table: dict[str, str]) -> Item:
    try:
        made = backends.load(kind, name, table)
    except MissingExtraError as error:
        return Item(kind, name, str(error), "its module cannot be imported")
    text = getattr(made, "description", None) or (inspect.getdoc(made) or "").partition("\n")[0]
    absent = [module for module in getattr(made, "REQUIRES", ()) if find_spec(module) is None]
    needs = f"pip install 'spanferry[{made.EXTRA}]'" if absent else ""
    if not needs and (missing := getattr(made, "missing", None)):
        needs = missing()  # what is no Python package: programs of the system
    return Item(kind, name, text, needs)
