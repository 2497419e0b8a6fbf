"""Base of the backends that are made of others."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, ClassVar

from pydantic import BaseModel

from spanferry.data import backends
from spanferry.data.backends import BackendInfo
from spanferry.data.errors import ConfigError
from spanferry.data.records import Record
from spanferry.translators import TRANSLATORS
from spanferry.translators.base import TranslatedRecord, Translation, Translator, Usage
from spanferry.translators.strings import require_any_text, string_translator


class ComposedTranslator(ABC):
    """A translator that hands texts to others, its legs, each for a pair of languages of its own.

    The first leg gets the records as they are, so it may be any backend, one that looks
    translations up included; those after it get what it made, so they must translate any text.

    Args:
        legs: key in the settings -> settings, source language, target language; the first first.

    Raises:
        ConfigError: a leg's backend refuses its languages or settings (the text names the leg), or
            a leg after the first looks translations up by place or id.
    """

    NAME: ClassVar[str]
    CODE_VERSION: ClassVar[str]

    def __init__(self, legs: Mapping[str, tuple[BaseModel, str, str]]) -> None:
        self._pairs = {key: (source, target) for key, (_, source, target) in legs.items()}
        self._legs: dict[str, Translator] = {}
        for key, (settings, source, target) in legs.items():
            with blame(key):
                made = leg_backend(settings)(
                    settings, source_language=source, target_language=target
                )
                if self._legs:
                    require_any_text(made)
            self._legs[key] = made

    @property
    def info(self) -> BackendInfo:
        """The revisions and licences of the legs."""
        found = {key: leg.info for key, leg in self._legs.items()}
        steps = ((self._pairs[key], each) for key, each in found.items())
        return BackendInfo(
            name=self.NAME,
            revision=" + ".join(
                [f"{source}-{target} {each.name} {each.revision}"
                 for (source, target), each in steps]
                + [f"{self.NAME} {self.CODE_VERSION}"]
            ),
            licence="; ".join(dict.fromkeys(each.licence for each in found.values())),
            source="; ".join(
                f"{key}: {each.name}" + (f" ({each.source})" if each.source else "")
                for key, each in found.items()
            ),
        )  # fmt: skip

    def setup(self) -> None:
        """Set the legs up.

        Raises:
            ConfigError: see the legs; the text names the one that it comes from.
        """
        for key, leg in self._legs.items():
            with blame(key):
                leg.setup()

    def check(self, rows: Mapping[str, int], *, partial: bool = False) -> None:
        """See `Translator.check`; asks the legs."""
        for key, leg in self._legs.items():
            with blame(key):
                leg.check(rows, partial=partial)

    @abstractmethod
    def translate_records(
        self, records: Sequence[Record], rows: Sequence[int], split: str
    ) -> list[TranslatedRecord]:
        """See `Translator.translate_records`."""

    def translate_texts(self, texts: Sequence[str]) -> list[Translation]:
        """Translate texts of any length.

        Raises:
            ConfigError: a leg looks translations up by record.
        """
        for key, leg in self._legs.items():
            with blame(key):
                string_translator(leg)
        source = next(iter(self._pairs.values()))[0]
        records = [Record(str(n), text, source) for n, text in enumerate(texts)]
        return [item.text for item in self.translate_records(records, range(len(texts)), "")]


def leg_backend(settings: BaseModel) -> Any:
    """The class of the backend that a leg's settings are for."""
    return backends.load("translators", str(vars(settings)["backend"]), TRANSLATORS)


def check_leg_targets(key: str, settings: BaseModel, targets: Sequence[str]) -> None:
    """Ask the backend of a leg whether it can serve several target languages.

    Raises:
        ConfigError: it cannot.
    """
    check = getattr(leg_backend(settings), "check_targets", None)
    if check is not None:
        with blame(key):
            check(settings, targets)


@contextmanager
def blame(key: str) -> Iterator[None]:
    """Name the leg in its errors: `translate.path: ...` becomes `translate.first.path: ...`."""
    try:
        yield
    except ConfigError as error:
        text = str(error)
        own = text.removeprefix("translate.")
        raise type(error)(
            f"translate.{key}: {text}" if own == text else f"translate.{key}.{own}"
        ) from error


def failure(item: TranslatedRecord) -> str | None:
    """The reason why a record has no usable translation: that of its first part without one."""
    for part in (item.text, *item.side_texts.values()):
        if part.error or part.text is None:
            return part.error or "no_translation"
    return None


def add_usage(*costs: Usage | None) -> Usage | None:
    """The sum of what several calls cost; None where none tells."""
    told = [cost for cost in costs if cost is not None]
    return sum(told, Usage()) if told else None
