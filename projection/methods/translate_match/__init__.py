"""The method `translate_match`: a span is translated and looked for in the translation."""

from spanferry.projection.methods.translate_match.method import TranslateMatch
from spanferry.projection.methods.translate_match.settings import TranslateMatchSettings

__all__ = ["TranslateMatch", "TranslateMatchSettings"]
