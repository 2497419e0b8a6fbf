"""min_span_score: how sure is projection of its least certain span?"""

from __future__ import annotations

from spanferry.projection.filters.base import Filter, ScoreInput, single


class MinSpanScoreFilter(Filter):
    """Lowest score of the projected spans; None for a record without any.

    Args:
        threshold: the lowest score that is accepted, in [0, 1]; 0 accepts everything.
    """

    name = "min_span_score"
    column = "score_min_span_score"
    description = "lowest confidence of the projected spans; accepts a threshold and above"

    def __init__(self, threshold: float = 0.3) -> None:
        self.threshold = single(threshold)

    def measure(self, item: ScoreInput) -> float | None:
        return min((span.score for span in item.projected), default=None)

    def passes(self, score: float) -> bool:
        return score >= self.threshold

    def rule(self) -> str:
        return f"at least {self.threshold:g}" if self.threshold else "off"
