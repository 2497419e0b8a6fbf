"""Outputs of a generator and scores of pairs that are given, as translations may be."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from spanferry.data.backends import BackendInfo
from spanferry.projection.alignment import AlignmentProjection, AlignmentSettings
from spanferry.projection.methods.tprojection.settings import TProjectionSettings
from spanferry.projection.services import Calls

_INFO = BackendInfo(name="given", revision="1", licence="CC0-1.0", source="tests")


class GivenOutputs:
    """The outputs for each text; none for others.

    Attributes:
        asked: the texts that were asked for.
    """

    info = _INFO

    def __init__(
        self, outputs: Mapping[str, Sequence[str]], task: Mapping[str, Any] | None = None
    ) -> None:
        self.task = task or {}
        self._outputs = outputs
        self.asked: list[str] = []

    def setup(self) -> None:
        pass

    def generate(self, texts: Sequence[str]) -> list[list[tuple[str, float]]]:
        self.asked += texts
        return [[(output, -0.5) for output in self._outputs.get(text, ())] for text in texts]


class GivenScores:
    """The score of each pair by a rule.

    Attributes:
        asked: the pairs that were asked for.
    """

    info = _INFO

    def __init__(self, rule: Callable[[str, str], float]) -> None:
        self._rule = rule
        self.asked: list[tuple[str, str]] = []

    def setup(self) -> None:
        pass

    def score(self, sources: Sequence[str], targets: Sequence[str]) -> list[float]:
        pairs = list(zip(sources, targets, strict=True))
        self.asked += pairs
        return [self._rule(*pair) for pair in pairs]


def table(scores: Mapping[tuple[str, str], float]) -> GivenScores:
    """Scores of pairs; -inf, as for texts that are too long, for others."""
    return GivenScores(lambda source, target: scores.get((source, target), -math.inf))


class GivenServices:
    """Models by name: `forward`, `backward`, and `same_de` for a language scored given itself."""

    source, target = "en", "de"

    def __init__(
        self, scores: Mapping[str, GivenScores], outputs: GivenOutputs | None = None
    ) -> None:
        self.calls = Calls()
        self.scores, self.outputs = scores, outputs
        self.keys: list[str] = []

    def scorer(
        self, key: str, *, back: bool = False, pair: tuple[str, str] | None = None
    ) -> GivenScores:
        self.keys.append(key)
        if pair is not None:
            return self.scores[f"same_{pair[0]}"]
        return self.scores["backward" if back else "forward"]

    def generator(self, key: str) -> GivenOutputs:
        assert key == "candidates"
        assert self.outputs is not None
        return self.outputs

    def alignment(self) -> AlignmentProjection:
        return AlignmentProjection(AlignmentSettings(min_confidence=0))


class Sections(TProjectionSettings):
    """The settings with the sections of models, which a configuration adds."""

    candidates: str | None = None
    back_scorer: str | None = None
