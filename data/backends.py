"""Backends by name: a plain dictionary per folder, and entry points for plug-ins from outside.

A folder's dictionary maps a name to `"module:Class"`; nothing is imported before it is asked for.
An outside package offers its own through the entry-point group `spanferry.<kind>`:

    [project.entry-points."spanferry.aligners"]
    myaligner = "mypackage.module:MyAligner"
"""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import entry_points
from types import ModuleType
from typing import Any

from spanferry.data.errors import ConfigError, MissingExtraError


@dataclass(frozen=True, slots=True)
class BackendInfo:
    """What a dataset card says about a backend, and what a fingerprint holds of it.

    Args:
        name: name in the configuration.
        revision: identifies model and code exactly; a change makes shards be built again.
        licence: SPDX id of the weights or package, or `unknown`.
        source: where it comes from (package and version, hub id, file).
    """

    name: str
    revision: str
    licence: str = "unknown"
    source: str = ""


def names(kind: str, builtin: Mapping[str, str]) -> dict[str, str]:
    """All backends of a kind, name to `"module:Class"`; ours win over plug-ins of the same name."""
    found = {point.name: point.value for point in entry_points(group=f"spanferry.{kind}")}
    return {**found, **builtin}


def load(kind: str, name: str, builtin: Mapping[str, str]) -> Any:
    """The class of a backend.

    Raises:
        ConfigError: there is none of that name; the text lists those there are.
        MissingExtraError: a plug-in's module cannot be imported.
    """
    known = names(kind, builtin)
    if name not in known:
        raise ConfigError(
            f"no {kind[:-1]} is called {name!r}; there are: {', '.join(sorted(known))}"
        )
    module, _, attribute = known[name].partition(":")
    try:
        return getattr(importlib.import_module(module), attribute)
    except ImportError as error:
        raise MissingExtraError(
            f"{kind[:-1]} {name!r} ({known[name]}) cannot be imported: {error}; install what it "
            "needs, or uninstall the package that offers it"
        ) from error


def require(module: str, *, extra: str, user: str) -> ModuleType:
    """Import a module that an extra installs.

    Raises:
        MissingExtraError: it is not installed; the text says what to install.
    """
    try:
        return importlib.import_module(module)
    except ImportError as error:
        raise MissingExtraError(
            f"{user} needs the package {module.partition('.')[0]!r}, which is not installed; "
            f"run: pip install 'spanferry[{extra}]' ({error})"
        ) from error
