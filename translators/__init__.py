"""Texts to translated texts."""

TRANSLATORS: dict[str, str] = {
    "apertium": "spanferry.translators.apertium:ApertiumTranslator",
    "embedded": "spanferry.translators.embedded:EmbeddedTranslator",
    "marked": "spanferry.translators.marked:MarkedTranslator",
    "openai": "spanferry.translators.openai_server.translator:OpenAITranslator",
    "parallel": "spanferry.translators.parallel:ParallelTranslator",
    "pivot": "spanferry.translators.pivot:PivotTranslator",
    "round_trip": "spanferry.translators.round_trip:RoundTripTranslator",
    "causal_lm": "spanferry.translators.causal_lm.translator:CausalLMTranslator",
    "ctranslate2": "spanferry.translators.ct2.translator:CTranslate2Translator",
}
#: The backend that is taken where none is named.
DEFAULT = "embedded"
