"""Translation through a third language, by any two backends."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from pydantic import ConfigDict, Field, field_validator

from spanferry.data import languages
from spanferry.data.errors import ConfigError
from spanferry.data.records import Record
from spanferry.translators.base import Alternative, TranslatedRecord, Translation
from spanferry.translators.blank import is_blank
from spanferry.translators.compose_links import compose_links, compose_segments
from spanferry.translators.composed import (
    ComposedTranslator,
    add_usage,
    check_leg_targets,
    failure,
)
from spanferry.translators.legs import ComposedSettings, Leg, leg


class PivotTranslatorSettings(ComposedSettings):
    """Settings of the backend `pivot`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    via: str = Field(description="language in between, as a BCP-47 code")
    first: Leg = Field(
        default_factory=leg, description="backend and settings from the source language to `via`"
    )
    second: Leg = Field(
        default_factory=leg, description="backend and settings from `via` to the target language"
    )

    @field_validator("via")
    @classmethod
    def _code(cls, value: str) -> str:
        try:
            return languages.normalize(value)
        except ConfigError as error:
            raise ValueError(str(error)) from None


class PivotTranslator(ComposedTranslator):
    """Through a third language (en to es to gl), by any two backends, one after the other.

    With the source language as the target (en to pt to en) it paraphrases the corpus.

    - A record of which any part fails in the first leg is not given to the second. The reason is
      that of the leg that failed, as it gives it (`too_long`).
    - The score is the sum of both legs' mean log-probabilities a token: of the pivot text given
      the source and of the translation given the pivot text. None where a leg tells none.
    - Alternatives are those of the second leg, to the same pivot text; their scores count likewise.
    - Links go where the legs' links meet in the pivot text, see `compose_links`; None where a leg
      has none. Sentences that share one of the pivot text become one segment.
    - Labelled spans are not known in the pivot text, so a sentence of it that is too long for the
      second leg may be cut inside one.
    - Each target language goes through the first leg anew.

    Raises:
        ConfigError: `via` is the source or the target language; a leg refuses its languages; the
            second leg looks translations up by place or id.
    """

    NAME = "pivot"
    CODE_VERSION = "1"
    Settings = PivotTranslatorSettings
    REQUIRES = ()

    def __init__(
        self, settings: PivotTranslatorSettings, *, source_language: str, target_language: str
    ) -> None:
        self.settings = settings
        via = settings.via
        for name, code in (("source", source_language), ("target", target_language)):
            if via == code:
                raise ConfigError(f"translate.via: {via!r} is the {name} language itself")
        super().__init__(
            {
                "first": (settings.first, source_language, via),
                "second": (settings.second, via, target_language),
            }
        )

    @classmethod
    def check_targets(cls, settings: PivotTranslatorSettings, targets: Sequence[str]) -> None:
        """Check that the second leg can serve all targets; the first serves `via` alone.

        Raises:
            ConfigError: it cannot.
        """
        check_leg_targets("first", settings.first, [settings.via])
        check_leg_targets("second", settings.second, targets)

    def translate_records(
        self, records: Sequence[Record], rows: Sequence[int], split: str
    ) -> list[TranslatedRecord]:
        """See `Translator.translate_records`."""
        done = self._legs["first"].translate_records(records, rows, split)
        middle = [_usable(record.text, item) for record, item in zip(records, done, strict=True)]
        passed = [place for place, item in enumerate(middle) if failure(item) is None]
        second = self._legs["second"].translate_records(
            [self._pivot_record(records[place], middle[place]) for place in passed],
            [rows[place] for place in passed],
            split,
        )
        onward = dict(zip(passed, second, strict=True))
        return [
            _through(item, onward[place]) if place in onward else _failed(item)
            for place, item in enumerate(middle)
        ]

    def _pivot_record(self, record: Record, item: TranslatedRecord) -> Record:
        sides = {name: part.text or "" for name, part in item.side_texts.items()}
        return Record(record.id, item.text.text or "", self.settings.via, side_texts=sides)


def _usable(source: str, item: TranslatedRecord) -> TranslatedRecord:
    """A pivot text in which nothing shows, of a text in which something does, is a failure."""
    if item.text.text is not None and is_blank(item.text.text) and not is_blank(source):
        return replace(item, text=replace(item.text, text=None, error="empty_translation"))
    return item


def _failed(item: TranslatedRecord) -> TranslatedRecord:
    """The parts that did fail keep their reasons; the others get the first of these."""
    reason = failure(item)

    def part(found: Translation) -> Translation:
        own = found.error or ("no_translation" if found.text is None else reason)
        return Translation(None, error=own, usage=found.usage)

    sides = {name: part(found) for name, found in item.side_texts.items()}
    return TranslatedRecord(part(item.text), sides)


def _through(first: TranslatedRecord, second: TranslatedRecord) -> TranslatedRecord:
    sides = {
        name: _joined(part, second.side_texts[name]) for name, part in first.side_texts.items()
    }
    text = _joined(first.text, second.text)
    segments = compose_segments(first.segments, second.segments) if text.text is not None else ()
    return TranslatedRecord(text, sides, segments)


def _joined(first: Translation, second: Translation) -> Translation:
    usage = add_usage(first.usage, second.usage)
    if second.error or second.text is None:
        return Translation(None, error=second.error or "no_translation", usage=usage)
    links = None
    if first.links is not None and second.links is not None:
        links = compose_links(first.links, second.links)
    return Translation(
        second.text,
        _sum(first.score, second.score),
        links,
        alternatives=tuple(
            Alternative(other.text, _sum(first.score, other.score)) for other in second.alternatives
        ),
        usage=usage,
    )


def _sum(one: float | None, other: float | None) -> Any:
    return None if one is None or other is None else one + other
