"""Translations that the user brings, in any of the formats in which people have them."""

from spanferry.translators.parallel.settings import ParallelTranslatorSettings
from spanferry.translators.parallel.translator import SUSPICIOUS_BATCH, ParallelTranslator

__all__ = ["SUSPICIOUS_BATCH", "ParallelTranslator", "ParallelTranslatorSettings"]
