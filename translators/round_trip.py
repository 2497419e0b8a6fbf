"""Translation there and back: how much of the source comes back tells how good the translation is.

Rapp (2009), "The back-translation score: automatic MT evaluation at the sentence level without
reference translations", has the idea and its limits: a fault of the way back looks like one of the
way there.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from pydantic import ConfigDict, Field

from spanferry.data.records import Record
from spanferry.translators.base import TranslatedRecord
from spanferry.translators.composed import (
    ComposedTranslator,
    add_usage,
    check_leg_targets,
    failure,
)
from spanferry.translators.legs import ComposedSettings, Leg, leg


class RoundTripTranslatorSettings(ComposedSettings):
    """Settings of the backend `round_trip`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    forward: Leg = Field(
        default_factory=leg,
        description="backend and settings from the source to the target language",
    )
    backward: Leg | None = Field(
        None,
        description="backend and settings back into the source language; as `forward` if unset",
    )


class RoundTripTranslator(ComposedTranslator):
    """There and back, by any two backends: the filter `min_round_trip` compares the two texts.

    The translation is that of `forward`, with all that it tells. The text (not the side texts) is
    then translated back by `backward` into `back`. Where that fails the translation stays and
    `back` is None. Usage counts both ways.

    Raises:
        ConfigError: a leg refuses its languages; `backward` looks translations up by place or id.
    """

    NAME = "round_trip"
    CODE_VERSION = "1"
    #: Says that translations come with `back`, which the filter `min_round_trip` needs.
    MAKES_BACK = True
    Settings = RoundTripTranslatorSettings
    REQUIRES = ()

    def __init__(
        self, settings: RoundTripTranslatorSettings, *, source_language: str, target_language: str
    ) -> None:
        self.settings = settings
        super().__init__(
            {
                "forward": (settings.forward, source_language, target_language),
                "backward": (
                    settings.backward or settings.forward, target_language, source_language
                ),
            }
        )  # fmt: skip

    @classmethod
    def check_targets(cls, settings: RoundTripTranslatorSettings, targets: Sequence[str]) -> None:
        """Check that the way there can serve all targets.

        Raises:
            ConfigError: it cannot.
        """
        check_leg_targets("forward", settings.forward, targets)

    def translate_records(
        self, records: Sequence[Record], rows: Sequence[int], split: str
    ) -> list[TranslatedRecord]:
        """See `Translator.translate_records`."""
        done = self._legs["forward"].translate_records(records, rows, split)
        whole = [place for place, item in enumerate(done) if failure(item) is None]
        backs = self._legs["backward"].translate_records(
            [
                Record(records[place].id, done[place].text.text or "", self._pairs["backward"][0])
                for place in whole
            ],
            [rows[place] for place in whole],
            split,
        )
        for place, back in zip(whole, backs, strict=True):
            there = done[place].text
            usage = add_usage(there.usage, back.text.usage)
            text = None if back.text.error else back.text.text
            done[place] = replace(done[place], text=replace(there, back=text, usage=usage))
        return done
