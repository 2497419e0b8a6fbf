"""Decoder-only language models (Gemma, Llama, Qwen ...) as translators and above all as scorers."""
