"""The backend `apertium`."""

from __future__ import annotations

import os
import shutil
from collections.abc import Sequence
from functools import cached_property

from spanferry.data.backends import BackendInfo
from spanferry.data.errors import ConfigError
from spanferry.translators.apertium import facts
from spanferry.translators.apertium.modes import Mode, choose, folder, load
from spanferry.translators.apertium.packages import suggestion
from spanferry.translators.apertium.pool import Pool
from spanferry.translators.apertium.settings import ApertiumTranslatorSettings
from spanferry.translators.base import Translation
from spanferry.translators.keep import KEEP_VERSION, keep_items
from spanferry.translators.text import TextTranslator

#: Raised when this folder makes other translations of what the engine gives than before.
CODE_VERSION = "1"


class ApertiumTranslator(TextTranslator):
    """Apertium's rules and dictionaries: offline, no GPU, no model; a Debian package a pair.

    The engine knows grammar and words, not what is meant; the translation is rough, and words that
    its dictionary lacks stay as they are. The links between words are exact: it tells where its
    rules moved each.

    Its programs are started once and stay alive, `processes` pipelines of them.

    Raises:
        ConfigError: the mode or the folder of `settings` is not there, or does not fit.
        MissingExtraError: Apertium, a program of it, or the pair of languages is not installed.
    """

    Settings = ApertiumTranslatorSettings
    REQUIRES = ()
    EXTRA = ""

    def __init__(
        self,
        settings: ApertiumTranslatorSettings | None = None,
        *,
        source_language: str,
        target_language: str,
    ) -> None:
        self.settings = settings or ApertiumTranslatorSettings()
        super().__init__(
            source_language=source_language,
            target_language=target_language,
            newlines=self.settings.newlines,
        )
        place = folder(self.settings.data_path)
        self.mode: Mode = load(
            place, choose(place, self.settings.mode, source_language, target_language)
        )
        self._ready = False

    @classmethod
    def missing(cls) -> str:
        """What to do where Apertium cannot run at all; nothing where it can."""
        try:
            folder(None)
        except ConfigError:
            return f"apt-get install apertium {suggestion()}"
        return "" if shutil.which("lt-proc") else "apt-get install apertium lttoolbox"

    @cached_property
    def info(self) -> BackendInfo:
        """Versions of the packages (or a hash of the files), mode and code version."""
        name = self.mode.name
        revision = f"{name}/{facts.revision(self.mode)}/{CODE_VERSION}.{KEEP_VERSION}"
        package = facts.package(self.mode)
        return BackendInfo(
            name="apertium",
            revision=revision,
            licence=facts.licence(self.mode),
            source=f"Apertium, Debian package {package}, mode {name}"
            if package
            else f"Apertium, mode {name} of {self.mode.path}",
        )

    @cached_property
    def _pool(self) -> Pool:
        wanted = self.settings.processes
        return Pool(
            self.mode,
            (os.cpu_count() or 1) if wanted == "auto" else wanted,
            links=self.settings.links,
            timeout=self.settings.timeout,
        )

    def setup(self) -> None:
        """Start an engine and try it; a second call does nothing.

        Raises:
            ConfigError: it does not work; the text holds what it said.
        """
        if self._ready:
            return
        self._pool.try_out()
        self._ready = True

    def close(self) -> None:
        """End the engines; they start again when they are needed."""
        self._pool.close()

    def translate(self, texts: Sequence[str]) -> list[Translation]:
        """See `TextTranslator.translate`.

        Reasons: `engine_failed` where the engine breaks at a text twice, `unknown_words` where its
        dictionary lacks more words than `max_unknown` allows.
        """
        self.setup()
        return keep_items(texts, self._bare)

    def _bare(self, texts: Sequence[str]) -> list[Translation]:
        done: list[Translation] = []
        for result in self._pool.translate(texts):
            if result is None:
                done.append(Translation(None, error="engine_failed"))
            elif result.unknown > self.settings.max_unknown:
                done.append(Translation(None, error="unknown_words"))
            else:
                done.append(Translation(result.text, links=result.links))
        return done
