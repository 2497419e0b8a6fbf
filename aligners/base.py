"""What an aligner is: pairs of word lists in, as many lists of links out, in batches."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from spanferry.data.backends import BackendInfo
from spanferry.data.links import Link
from spanferry.data.records import Offsets

#: Source start, source end, target start, target end, in characters.
Segment = tuple[int, int, int, int]
#: A segment and how sure its two ranges translate one another.
CharLink = tuple[int, int, int, int, float]


@dataclass(frozen=True, slots=True)
class WordPair:
    """The words of a text and of its translation."""

    source: Sequence[str]
    target: Sequence[str]


@dataclass(frozen=True, slots=True)
class TextPair:
    """A text and its translation.

    Args:
        source, target: the texts.
        source_words, target_words: their words, in characters.
        segments: stretches that translate one another; none where that is not known.
        links: what the translator says of parts of both texts; None where it says nothing.
    """

    source: str
    source_words: Sequence[Offsets]
    target: str
    target_words: Sequence[Offsets]
    segments: Sequence[Segment] = ()
    links: Sequence[CharLink] | None = None


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


@runtime_checkable
class TextAligner(Aligner, Protocol):
    """An aligner that wants the whole texts and what the translator says of them."""

    def align_texts(self, pairs: Sequence[TextPair]) -> list[tuple[Link, ...]]:
        """As `align`, between the words of whole texts."""
        ...
