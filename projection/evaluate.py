"""Scores of spans against hand-made ones: exact matches, by label and over all."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass

#: Start, end, label.
LabelledRange = tuple[int, int, str]


@dataclass(frozen=True, slots=True)
class SpanScores:
    """Exact-match scores of one label or of all.

    Args:
        gold: number of hand-made spans.
        predicted: number of predicted spans.
        correct: predicted spans whose start, end and label are all right.
    """

    gold: int
    predicted: int
    correct: int

    @property
    def precision(self) -> float:
        """Share of the predicted spans that are right; 0 where nothing was predicted."""
        return self.correct / self.predicted if self.predicted else 0.0

    @property
    def recall(self) -> float:
        """Share of the gold spans that were found; 0 where there are none."""
        return self.correct / self.gold if self.gold else 0.0

    @property
    def f1(self) -> float:
        """Harmonic mean of precision and recall."""
        return 2 * self.correct / (self.gold + self.predicted) if self.correct else 0.0


@dataclass(frozen=True, slots=True)
class SpanReport:
    """Scores over a corpus.

    Args:
        total: micro-averaged over all labels.
        labels: by label, in alphabetical order.
        records: number of texts.
    """

    total: SpanScores
    labels: Mapping[str, SpanScores]
    records: int


def score_spans(cases: Iterable[tuple[Set[LabelledRange], Set[LabelledRange]]]) -> SpanReport:
    """Score predicted spans against gold ones, text by text.

    A span counts as correct where start, end and label equal those of a gold span of the same
    text (the measure of the CoNLL shared tasks).

    >>> gold = {(0, 3, "PER"), (9, 15, "LOC")}
    >>> score_spans([(gold, {(0, 3, "PER"), (9, 14, "LOC")})]).total.f1
    0.5
    """
    gold: Counter[str] = Counter()
    predicted: Counter[str] = Counter()
    correct: Counter[str] = Counter()
    records = 0
    for wanted, found in cases:
        records += 1
        gold.update(label for _, _, label in wanted)
        predicted.update(label for _, _, label in found)
        correct.update(label for _, _, label in wanted & found)
    return SpanReport(
        total=SpanScores(gold.total(), predicted.total(), correct.total()),
        labels={
            label: SpanScores(gold[label], predicted[label], correct[label])
            for label in sorted(gold.keys() | predicted.keys())
        },
        records=records,
    )
