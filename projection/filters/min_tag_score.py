"""min_tag_score: how sure is projection of the tags of a record's words?"""

from __future__ import annotations

from spanferry.projection.filters.base import Filter, ScoreInput, single


class MinTagScoreFilter(Filter):
    """Mean score of the word tags of a layer, the lowest of all layers; None where there are none.

    The mean and not the lowest score of a word: in nearly every sentence some word is hard.

    Args:
        threshold: the lowest mean that is accepted, in [0, 1]; 0 accepts everything.
    """

    name = "min_tag_score"
    column = "score_min_tag_score"
    description = "mean confidence of the word tags; accepts a threshold and above"

    def __init__(self, threshold: float = 0.0) -> None:
        self.threshold = single(threshold)

    def measure(self, item: ScoreInput) -> float | None:
        layers = [scores for scores in item.tag_scores.values() if scores]
        return min((sum(scores) / len(scores) for scores in layers), default=None)

    def passes(self, score: float) -> bool:
        return score >= self.threshold

    def rule(self) -> str:
        return f"at least {self.threshold:g}" if self.threshold else "off"
