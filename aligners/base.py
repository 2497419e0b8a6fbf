"""What an aligner is: pairs of word lists in, as many lists of links out, in batches."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

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


@runtime_checkable
class CorpusAligner(Aligner, Protocol):
    """An aligner that learns something of the corpus before it links it.

    Examples: the means that centering takes away, the priors of a statistical aligner, a
    checkpoint that is tuned on the corpus. A build calls `setup`, then `prepare` once a target
    language with the first `corpus_pairs` translated pairs, then `load`, then `align`, shard by
    shard, perhaps in another process than `prepare`.
    """

    @property
    def corpus_pairs(self) -> int:
        """How many pairs of the corpus `prepare` wants, the first ones; 0 if it wants no call."""
        ...

    def prepare(self, pairs: Iterable[WordPair], folder: Path) -> None:
        """Learn from the pairs and leave what was learnt in the folder.

        The folder is there, and empty or as an interrupted call with the same pairs left it: long
        work goes on from there. The same pairs leave the same contents.
        """
        ...

    def load(self, folder: Path) -> None:
        """Take up what `prepare` left in the folder."""
        ...


@runtime_checkable
class SimilarityAligner(Aligner, Protocol):
    """An aligner that can show what it decides from."""

    def similarities(self, pairs: Sequence[WordPair]) -> list[Any]:
        """Of each pair a float array [source words, target words], the higher the more alike."""
        ...
