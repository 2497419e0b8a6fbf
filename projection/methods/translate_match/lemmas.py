"""Base forms of words, where the package simplemma is installed and knows the language."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from importlib.metadata import PackageNotFoundError, version
from typing import Literal

from spanferry.data.backends import BackendInfo, require
from spanferry.data.errors import ConfigError
from spanferry.data.languages import base

#: Codes of languages that simplemma has under another one.
_ITS_CODES = {"no": "nb", "bs": "hbs", "hr": "hbs", "sr": "hbs", "sh": "hbs", "fil": "tl"}
#: Words whose base forms are kept.
_KEPT = 1 << 16


class Lemmas:
    """Base forms of the words of a language by simplemma (word lists and rules; MIT licence).

    Args:
        language: BCP-47.
        wanted: `simplemma`: an error where there are none; `auto`: none then.
    """

    def __init__(self, language: str, wanted: Literal["auto", "simplemma", "none"]) -> None:
        code = base(language)
        self.language = _ITS_CODES.get(code, code)
        self.wanted = wanted
        self._of: Callable[[str], str] | None = None

    @property
    def info(self) -> BackendInfo:
        """The version of simplemma; `none` where no base forms are used."""
        try:
            number = version("simplemma") if self.wanted != "none" else "none"
        except PackageNotFoundError:
            number = "none"
        licence = "MIT" if number != "none" else "Apache-2.0"
        return BackendInfo(
            "simplemma", f"{number}/{self.language}", licence, "" if number == "none" else number
        )

    def setup(self) -> None:
        """Load the word list of the language, which takes a second or two.

        Raises:
            MissingExtraError: it is asked for by name and is not installed.
            ConfigError: it is asked for by name and does not know the language.
        """
        if self.wanted == "none" or self._of is not None:
            return
        try:
            lemmatize = require(
                "simplemma", extra="methods", user="project.lemmas: simplemma"
            ).lemmatize
            lemmatize("a", lang=self.language)
        except ConfigError:
            if self.wanted == "simplemma":
                raise
            return
        except ValueError:
            if self.wanted == "simplemma":
                raise ConfigError(
                    f"project.lemmas: simplemma does not know the language {self.language!r}; "
                    "auto and none go without it"
                ) from None
            return
        language = self.language
        self._of = lru_cache(_KEPT)(lambda word: str(lemmatize(word, lang=language)))

    def __bool__(self) -> bool:
        return self._of is not None

    def of(self, word: str) -> str:
        """The base form of a word; call it only where the object is true."""
        assert self._of is not None
        return self._of(word)
