"""What an aligner is: pairs of word lists in, as many lists of links out, in batches."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from spanferry.data.backends import BackendInfo
from spanferry.data.links import Link


@dataclass(frozen=True, slots=True)
class WordPair:
    """The words of a text and of its translation."""

    source: Sequence[str]
    target: Sequence[str]


@runtime_checkable
class Aligner(Protocol):
    """A word aligner.

    `setup` does the heavy work (imports, loading) once and raises `ConfigError` or
    `MissingExtraError`; `align` is safe to call from several threads.
    """

    @property
    def info(self) -> BackendInfo: ...

    def setup(self) -> None: ...

    def align(self, pairs: Sequence[WordPair]) -> list[tuple[Link, ...]]:
        """Links of each pair, in the order of the pairs, sorted by source and target index."""
        ...
