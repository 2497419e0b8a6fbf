"""complete: were all labels of the source carried over?"""

from __future__ import annotations

from spanferry.projection.filters.base import Filter, ScoreInput


class CompleteFilter(Filter):
    """Share of the source spans that were projected.

    A text with a label missing teaches a model that the words of that label carry none, so a
    record is kept only when nothing is missing. A relation is lost only together with one of its
    spans, so a record that is complete has all its relations and events, too.

    Args:
        required: reject records with missing spans; otherwise all are accepted.
    """

    name = "complete"
    column = "score_complete"
    description = "share of the source spans that were projected; accepts 1.0 only"

    def __init__(self, required: bool = True) -> None:
        self.required = required

    def measure(self, item: ScoreInput) -> float | None:
        spans = len(item.record.spans)
        return len(item.projected) / spans if spans else None

    def passes(self, score: float) -> bool:
        return not self.required or score >= 1.0

    def rule(self) -> str:
        return "1.0" if self.required else "off"
