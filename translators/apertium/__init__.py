"""Translation with Apertium, the rule-based engine; it comes with Debian, one package a pair."""

from spanferry.translators.apertium.settings import ApertiumTranslatorSettings
from spanferry.translators.apertium.translator import ApertiumTranslator

__all__ = ["ApertiumTranslator", "ApertiumTranslatorSettings"]
