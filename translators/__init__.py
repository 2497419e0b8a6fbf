"""Texts to translated texts."""

TRANSLATORS: dict[str, str] = {
    "embedded": "spanferry.translators.embedded:EmbeddedTranslator",
    "parallel": "spanferry.translators.parallel:ParallelTranslator",
}
