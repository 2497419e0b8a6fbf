"""What a projection method is: records with translations and links in, target spans out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from spanferry.data.backends import BackendInfo
from spanferry.data.links import Link
from spanferry.data.records import MissingSpan, Offsets, ProjectedSpan, Span


@dataclass(frozen=True, slots=True)
class ProjectionInput:
    """A text with its spans, the translation, the words of both and the links between them.

    Args:
        text: the source text.
        spans: its spans, in characters.
        translation: the target text.
        source_words: ranges of the source words, in text order.
        target_words: ranges of the target words, in text order.
        links: links between word indexes, with confidences.
        language, target_language: BCP-47 codes.
        segments: source start, source end, target start, target end of stretches that translate
            one another (sentences); empty where that is not known.
        token_labelled: the source was labelled word by word, so a span is to cover whole words
            of the translation; otherwise it may be a part of a word.
        others: further inputs for the same translation, with the same target words: the same text
            in other languages, or other links of it. Each has the spans that it knows, with the
            ids that they have here. What they say of where a span goes adds up.
        placed: those of the spans that have a place already (another method's): they are not
            placed again, and others keep apart from them.
        marks: span id, start and end in the translation of spans that were marked in the text
            that was translated, as far as their marks came through.
    """

    text: str
    spans: tuple[Span, ...]
    translation: str
    source_words: Sequence[Offsets]
    target_words: Sequence[Offsets]
    links: Sequence[Link]
    language: str = "en"
    target_language: str = ""
    segments: tuple[tuple[int, int, int, int], ...] = ()
    token_labelled: bool = False
    others: tuple[ProjectionInput, ...] = ()
    placed: tuple[ProjectedSpan, ...] = ()
    marks: tuple[tuple[str, int, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Projection:
    """Each source span that was not `placed` before ends in exactly one of the two."""

    spans: tuple[ProjectedSpan, ...]
    missing: tuple[MissingSpan, ...]


@runtime_checkable
class ProjectionMethod(Protocol):
    """A projection method; `project` is safe to call from several threads."""

    @property
    def info(self) -> BackendInfo: ...

    def setup(self) -> None: ...

    def project(self, items: Sequence[ProjectionInput]) -> list[Projection]:
        """One projection an input, in the same order."""
        ...
