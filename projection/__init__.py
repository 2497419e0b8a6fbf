"""Source spans, a translation and links to target spans with confidences; scores; filters."""

METHODS: dict[str, str] = {
    "alignment": "spanferry.projection.alignment:AlignmentProjection",
    "constrained": "spanferry.projection.methods.constrained.method:ConstrainedMethod",
    "embedding": "spanferry.projection.methods.embedding.method:EmbeddingMethod",
    "ensemble": "spanferry.projection.methods.ensemble.method:EnsembleMethod",
    "fallback": "spanferry.projection.methods.fallback:FallbackMethod",
    "markers": "spanferry.projection.methods.markers.method:MarkersMethod",
    "tprojection": "spanferry.projection.methods.tprojection.method:TProjection",
    "translate_match": "spanferry.projection.methods.translate_match.method:TranslateMatch",
}
