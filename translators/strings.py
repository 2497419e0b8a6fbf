"""Backends that translate any text, told from those that look the translation of a record up."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, runtime_checkable

from spanferry.data.errors import ConfigError
from spanferry.translators.base import Translation, Translator


@runtime_checkable
class StringTranslator(Protocol):
    """A translator of any text; those made on `TextTranslator` are."""

    def translate_texts(self, texts: Sequence[str]) -> list[Translation]:
        """Translate texts of any length; exactly one result a text, in order.

        Raises:
            ConfigError: it is made of others, and one of them looks translations up.
        """
        ...


def require_any_text(translator: Translator) -> None:
    """Refuse a translator that knows records by their place or id, and not by their text.

    One that looks texts up says so by a true attribute `by_text`.

    Raises:
        ConfigError: it does not go by the text of a record.
    """
    if not getattr(translator, "by_text", False):
        string_translator(translator)


def string_translator(translator: Translator) -> StringTranslator:
    """The same translator, after a check that it takes any text; nothing is loaded for it.

    Raises:
        ConfigError: it looks translations up by record.
    """
    if not isinstance(translator, StringTranslator):
        raise ConfigError(
            f"the backend {translator.info.name!r} looks translations up by record "
            "and cannot translate any other text"
        )
    translator.translate_texts([])  # one that is made of others asks them
    return translator
