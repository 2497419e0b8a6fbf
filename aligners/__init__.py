"""Sentence pairs to word links with confidences."""

ALIGNERS: dict[str, str] = {"embedded": "spanferry.aligners.embedded:EmbeddedAligner"}
