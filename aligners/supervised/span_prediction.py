"""Word alignment as question answering (Nagata et al. 2020)."""

from __future__ import annotations

from spanferry.aligners.supervised.aligner import SupervisedAligner
from spanferry.aligners.supervised.heads import Head, SpanHead
from spanferry.aligners.supervised.settings import SpanPredictionSettings


class SpanPredictionAligner(SupervisedAligner[SpanPredictionSettings]):
    """Asks a question-answering model for each word; needs a checkpoint trained on gold links.

    The question is the sentence with the word between two markers, the context is the other
    sentence, and the answer is the span that translates the word, or none, as in SQuAD 2.0. Both
    directions are averaged; links above the threshold are given. From Nagata, Chousa and Nishino,
    "A Supervised Word Alignment Method based on Cross-Language Span Prediction using Multilingual
    BERT" (EMNLP 2020).

    Two things differ from the published program: spans begin and end with whole words, and the
    probability of a span is its share of all spans, not of the twenty best.
    """

    NAME = "spans"
    Settings = SpanPredictionSettings

    def head(self) -> Head:
        return SpanHead(self.settings.max_span, self.settings.score)
