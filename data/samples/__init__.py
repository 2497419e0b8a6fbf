"""Sample corpora and configurations that come with the package: `sample:news.conll`."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path
from typing import Any

from spanferry.data.errors import ConfigError

PREFIX = "sample:"


def folder() -> Path:
    """The folder of the samples, in a checkout or in an installed package."""
    return Path(str(files("spanferry.data.samples")))


def resolve(path: Any) -> Any:
    """Paths with `sample:name` replaced by the file of that name; others as they are.

    Raises:
        ConfigError: there is no such sample; the text lists those there are.
    """
    if isinstance(path, list):
        return [resolve(item) for item in path]
    if isinstance(path, dict):
        return {name: resolve(item) for name, item in path.items()}
    if not isinstance(path, str) or not path.startswith(PREFIX):
        return path
    file = folder() / path.removeprefix(PREFIX)
    if not file.is_file():
        kinds = (".conll", ".jsonl", ".yaml")
        known = sorted(f.name for f in folder().iterdir() if f.suffix in kinds)
        raise ConfigError(f"there is no sample {path!r}; there are: {', '.join(known)}")
    return str(file)
