"""A word-for-word translator with links, scores, alternatives and usage, to compose others of."""

from __future__ import annotations

import re
from collections.abc import Sequence

from pydantic import BaseModel, ConfigDict, Field

from spanferry.data.backends import BackendInfo
from spanferry.translators.base import Alternative, Translation, Usage
from spanferry.translators.text import TextTranslator

PLACE = "tests.translators.dictionary:DictionaryTranslator"


class DictionarySettings(BaseModel):
    """Settings of the backend `dictionary`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    words: dict[str, str] = Field(default_factory=dict, description="translations by word")
    score: float | None = Field(None, description="what every translation scores")
    links: bool = Field(True, description="whether it tells links")
    confidence: float = Field(1.0, description="of each link")


class DictionaryTranslator(TextTranslator):
    """Replaces words that it knows; a sentence with the word `lost` has no translation."""

    Settings = DictionarySettings

    def __init__(
        self, settings: DictionarySettings, *, source_language: str, target_language: str
    ) -> None:
        super().__init__(source_language=source_language, target_language=target_language)
        self.settings = settings

    @property
    def info(self) -> BackendInfo:
        return BackendInfo("dictionary", str(len(self.settings.words)), "CC0-1.0", "a test")

    def setup(self) -> None:
        pass

    def translate(self, texts: Sequence[str]) -> list[Translation]:
        return [self._translate(text) for text in texts]

    def _translate(self, text: str) -> Translation:
        out, links, place = "", [], 0
        found = list(re.finditer(r"\w+", text))
        usage = Usage(len(found), 1)
        for word in found:
            out += text[place : word.start()]
            place = word.end()
            translated = self.settings.words.get(word[0], word[0])
            links.append(
                (*word.span(), len(out), len(out) + len(translated), self.settings.confidence)
            )
            out += translated
        if "lost" in text.lower():
            return Translation(None, error="too_hard", usage=usage)
        out += text[place:]
        other = Alternative(out.upper(), self.settings.score and self.settings.score - 1)
        return Translation(
            out,
            self.settings.score,
            tuple(links) if self.settings.links else None,
            alternatives=(other,),
            usage=usage,
        )
