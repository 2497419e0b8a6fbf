"""Text-to-text models (T5, mT5) that were trained for a task: beams out of CTranslate2."""

from spanferry.translators.generation.generator import TextGenerator
from spanferry.translators.generation.settings import TextGeneratorSettings

__all__ = ["TextGenerator", "TextGeneratorSettings"]
