"""What a translator is: records in, as many translations out, nothing cut and nothing lost."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol, runtime_checkable

from spanferry.data.backends import BackendInfo
from spanferry.data.records import Record

#: Source start and end, target start and end, in characters.
Segment = tuple[int, int, int, int]
#: A link between two character ranges (source start, end, target start, end) and its confidence.
CharLink = tuple[int, int, int, int, float]


@dataclass(frozen=True, slots=True)
class Translation:
    """The translation of one text.

    Args:
        text: the translation, or None where there is none; `error` then says why.
        score: mean log-probability a target token, for models that tell.
        links: word links as character ranges with confidences, for models that tell.
        error: short reason code (`empty_translation`, `too_long`, `no_translation`, ...).
    """

    text: str | None
    score: float | None = None
    links: tuple[CharLink, ...] | None = None
    error: str | None = None


@dataclass(frozen=True, slots=True)
class TranslatedRecord:
    """The translation of a record: its text, its side texts, and how their parts correspond.

    Args:
        text: the translation of `record.text`.
        side_texts: the translations of `record.side_texts`, under the same names.
        segments: which stretch of the text became which stretch of the translation, in order;
            one pair a sentence where the text was translated sentence by sentence.
    """

    text: Translation
    side_texts: Mapping[str, Translation] = field(default_factory=dict)
    segments: tuple[Segment, ...] = ()


@runtime_checkable
class Translator(Protocol):
    """A translation backend.

    `setup` does the heavy work (imports, loading) once and raises `ConfigError` or
    `MissingExtraError`; `translate_records` is safe to call from several threads.

    A backend may have a class method `check_targets(settings, targets)` besides, for settings
    that do not go with several target languages; it raises `ConfigError`.
    """

    @property
    def info(self) -> BackendInfo: ...

    def setup(self) -> None: ...

    def check(self, rows: Mapping[str, int], *, partial: bool = False) -> None:
        """Check what can be checked knowing how many records each split holds.

        Args:
            rows: records by split, rejected ones included.
            partial: only the first records of each split were read; there may be more.

        Raises:
            ConfigError: the translations that a user brings do not fit the source.
        """
        ...

    def translate_records(
        self, records: Sequence[Record], rows: Sequence[int], split: str
    ) -> list[TranslatedRecord]:
        """Translate records; `rows` are their places in `split` of the source, from 0.

        Returns exactly one result a record, in the same order.
        """
        ...
