"""min_round_trip: how much of the source is left when the translation is translated back?"""

from __future__ import annotations

from functools import cached_property
from typing import Any

from spanferry.projection.filters.base import Filter, ScoreInput, single


class RoundTripFilter(Filter):
    """chrF of the translation back against the source text, in [0, 1].

    chrF2 of Popović (2015, 2016), by sacrebleu: precision and recall of strings of one to six
    characters, white space left out, each averaged over the lengths, in an F-score in which recall
    counts twice. None where there is no
    translation back, because the translator makes none or the way back failed; with a threshold
    such a record is rejected, as nobody knows what came of it.

    Args:
        threshold: the lowest score that is accepted, in [0, 1]; 0 accepts everything.
    """

    name = "min_round_trip"
    column = "score_min_round_trip"
    description = "chrF of the translation back against the source; accepts a threshold and above"

    def __init__(self, threshold: float = 0.0) -> None:
        self.threshold = single(threshold)

    def measure(self, item: ScoreInput) -> float | None:
        if item.back_translation is None:
            return None
        score = self._chrf.sentence_score(item.back_translation, [item.record.text]).score
        return float(score) / 100

    @cached_property
    def _chrf(self) -> Any:
        from sacrebleu.metrics.chrf import CHRF  # importing it takes a quarter of a second

        return CHRF()

    def accept(self, score: float | None) -> bool:
        """Whether a record with this score passes; one without does where all pass."""
        return not self.threshold or (score is not None and self.passes(single(score)))

    def passes(self, score: float) -> bool:
        return score >= self.threshold

    def rule(self) -> str:
        return f"at least {self.threshold:g}" if self.threshold else "off"
