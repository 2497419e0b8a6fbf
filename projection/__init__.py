"""Source spans, a translation and links to target spans with confidences; scores; filters."""

METHODS: dict[str, str] = {
    "alignment": "spanferry.projection.alignment:AlignmentProjection",
    "fallback": "spanferry.projection.methods.fallback:FallbackMethod",
}
