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
#: Id of a span of the text, and its start and end in the translation.
Mark = tuple[str, int, int]


@dataclass(frozen=True, slots=True)
class Usage:
    """What a translation cost at a server that counts tokens; failed attempts included."""

    prompt_tokens: int = 0
    completion_tokens: int = 0

    def __add__(self, other: Usage) -> Usage:
        return Usage(
            self.prompt_tokens + other.prompt_tokens,
            self.completion_tokens + other.completion_tokens,
        )


@dataclass(frozen=True, slots=True)
class Estimate:
    """Expected requests, tokens and cost; the cost is None where no price is set."""

    requests: int
    prompt_tokens: int
    completion_tokens: int
    cost: float | None


@dataclass(frozen=True, slots=True)
class Alternative:
    """Another translation that the model thought of, and its mean log-probability a token."""

    text: str
    score: float | None = None


@dataclass(frozen=True, slots=True)
class Translation:
    """The translation of one text.

    Args:
        text: the translation, or None where there is none; `error` then says why.
        score: mean log-probability a target token, for models that tell.
        links: links between parts of both texts (words, or sub-words) as character ranges with
            confidences, for models that tell.
        error: short reason code (`empty_translation`, `too_long`, `no_translation`, ...).
        alternatives: further translations, the best first; `text` itself is not among them.
        usage: tokens that it cost, for servers that charge by them; counted even where it failed.
        back: its translation back into the source language, from translators that make one.
    """

    text: str | None
    score: float | None = None
    links: tuple[CharLink, ...] | None = None
    error: str | None = None
    alternatives: tuple[Alternative, ...] = ()
    usage: Usage | None = None
    back: str | None = None


@dataclass(frozen=True, slots=True)
class TranslatedRecord:
    """The translation of a record: its text, its side texts, and how their parts correspond.

    Args:
        text: the translation of `record.text`.
        side_texts: the translations of `record.side_texts`, under the same names.
        segments: which stretch of the text became which stretch of the translation, in order;
            one pair a sentence where the text was translated sentence by sentence.
        marks: from translators that mark spans in the text: where they are in the translation.
            One for each contiguous range of a span; spans that are not there lost some of theirs.
            None from translators that mark none.
        marker_cost: how much less probable the translation is than one without marks, as a mean
            log-probability (nats) a token; None where nobody knows.
    """

    text: Translation
    side_texts: Mapping[str, Translation] = field(default_factory=dict)
    segments: tuple[Segment, ...] = ()
    marks: tuple[Mark, ...] | None = None
    marker_cost: float | None = None


@runtime_checkable
class Scorer(Protocol):
    """A translator that can say how probable a given translation is."""

    def score(self, sources: Sequence[str], targets: Sequence[str]) -> list[float]:
        """Mean log-probability a target token of each target given its source, end token included.

        Each is scored whole, by forced decoding, in batches. -inf where a text is too long for the
        model.
        """
        ...


@runtime_checkable
class PaidTranslator(Protocol):
    """A translator whose work is counted in tokens."""

    def cost(self, usage: Usage) -> float | None:
        """The price of tokens, in the user's currency; None where no price is set."""
        ...

    def estimate(self, sentences: int, characters: int) -> Estimate:
        """What to expect of so many sentences and characters; asks nobody."""
        ...


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
