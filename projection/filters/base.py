"""What a filter is: a score that is stored, and a decision on it that can be taken again.

The split is OpusFilter's (`score` and `accept`): scores go into columns of their own, and a changed
threshold re-runs the decision alone.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import ClassVar

import numpy as np

from spanferry.data.records import MissingSpan, ProjectedSpan, Record, Relation


@dataclass(frozen=True, slots=True)
class ScoreInput:
    """A record, its translation and what projection made of its spans.

    Args:
        back_translation: the translation in the source language again, from translators that
            make one.
        tag_scores: scores of the word tags, a layer each.
    """

    record: Record
    translation: str
    target_language: str
    projected: tuple[ProjectedSpan, ...]
    missing: tuple[MissingSpan, ...]
    projected_relations: tuple[Relation, ...]
    back_translation: str | None = None
    tag_scores: Mapping[str, Sequence[float]] = field(default_factory=dict)


class Filter(ABC):
    """Base of the filters.

    A filter never looks at its thresholds in `score` and never at a record in `accept`.

    Attributes:
        name: its name in the configuration, and the reason code of what it rejects.
        column: the column that its score is stored in, `score_` and the name.
        description: what it measures, in one line.
    """

    name: ClassVar[str]
    column: ClassVar[str]
    description: ClassVar[str]

    def score(self, items: Sequence[ScoreInput]) -> list[float | None]:
        """One score an item in single precision, or None where the filter does not apply."""
        return [None if value is None else single(value) for value in map(self.measure, items)]

    @abstractmethod
    def measure(self, item: ScoreInput) -> float | None:
        """The score of one item, in any precision."""

    def accept(self, score: float | None) -> bool:
        """Whether a record with this score passes; one that the filter does not apply to does."""
        return score is None or self.passes(single(score))

    @abstractmethod
    def passes(self, score: float) -> bool:
        """The decision on a score in single precision."""

    @abstractmethod
    def rule(self) -> str:
        """What is accepted, for the dataset card (`at least 0.3`, `off`)."""


def single(value: float) -> float:
    """A number as it comes back from a float32 column.

    Scores and thresholds are compared at this precision: a stored 0.7 reads 0.69999999, which an
    unrounded threshold of 0.7 would reject only when the filter stage runs again from the file.

    >>> single(0.7) < 0.7, single(0.7) >= single(0.7)
    (True, True)
    """
    return float(np.float32(value))
