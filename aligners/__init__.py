"""Sentence pairs to word links with confidences."""

ALIGNERS: dict[str, str] = {
    "attention": "spanferry.aligners.attention:AttentionAligner",
    "awesome": "spanferry.aligners.awesome:AwesomeAligner",
    "binary": "spanferry.aligners.supervised.binary:BinaryAligner",
    "eflomal": "spanferry.aligners.eflomal:EflomalAligner",
    "embedded": "spanferry.aligners.embedded:EmbeddedAligner",
    "ot": "spanferry.aligners.ot:OTAligner",
    "simalign": "spanferry.aligners.simalign:SimalignAligner",
    "spans": "spanferry.aligners.supervised.span_prediction:SpanPredictionAligner",
    "vote": "spanferry.aligners.vote:VoteAligner",
}
