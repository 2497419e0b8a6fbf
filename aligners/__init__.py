"""Sentence pairs to word links with confidences."""

ALIGNERS: dict[str, str] = {
    "attention": "spanferry.aligners.attention:AttentionAligner",
    "embedded": "spanferry.aligners.embedded:EmbeddedAligner",
}
