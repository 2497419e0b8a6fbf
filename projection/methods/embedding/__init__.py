"""Candidates ranked by what they have in common with the span: vectors, spelling and links."""

from spanferry.projection.methods.embedding.method import EmbeddingMethod
from spanferry.projection.methods.embedding.settings import EmbeddingSettings

__all__ = ["EmbeddingMethod", "EmbeddingSettings"]
