"""An aligner that learns of the corpus: Dice coefficients of words, as in Smadja et al. (1996)."""

from __future__ import annotations

import json
import os
import signal
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field

from spanferry.aligners.base import WordPair
from spanferry.data.backends import BackendInfo
from spanferry.data.errors import ConfigError
from spanferry.data.links import Link

PLACE = "tests.aligners.dice:DiceAligner"


class DiceSettings(BaseModel):
    """Settings of the aligner `dice`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    min_score: float = Field(0.5, description="least coefficient of a link")
    learn_from: int = Field(1000, description="pairs to learn from")
    crash_after: int | None = Field(None, description="fail after so many pairs")
    kill_after: int | None = Field(None, description="kill the process after so many pairs")


class DiceAligner:
    """Links words that mostly occur together."""

    Settings = DiceSettings
    REQUIRES = ()

    def __init__(
        self,
        settings: DiceSettings | None = None,
        *,
        source_language: str = "",
        target_language: str = "",
    ) -> None:
        self.settings = settings or DiceSettings()
        if target_language == "xx":
            raise ConfigError("align.learn_from: 'xx' cannot be learnt")
        self._scores: dict[tuple[str, str], float] | None = None

    info = BackendInfo("dice", "1", licence="MIT", source="the tests")

    def setup(self) -> None:
        if self.settings.learn_from == 13:
            raise ConfigError("align.learn_from: 13 brings bad luck")

    @property
    def corpus_pairs(self) -> int:
        return self.settings.learn_from

    def prepare(self, pairs: Iterable[WordPair], folder: Path) -> None:
        left: Counter[str] = Counter()
        right: Counter[str] = Counter()
        both: Counter[tuple[str, str]] = Counter()
        for number, pair in enumerate(pairs):
            if number == self.settings.crash_after:
                raise OSError("crash")
            if number == self.settings.kill_after:
                os.kill(os.getpid(), signal.SIGKILL)
            sources, targets = sorted(set(pair.source)), sorted(set(pair.target))
            left.update(sources)
            right.update(targets)
            both.update((s, t) for s in sources for t in targets)
        rows = [[s, t, 2 * n / (left[s] + right[t])] for (s, t), n in sorted(both.items())]
        (folder / "dice.json").write_text(json.dumps(rows), "utf-8")

    def load(self, folder: Path) -> None:
        rows = json.loads((folder / "dice.json").read_text("utf-8"))
        self._scores = {(s, t): score for s, t, score in rows}

    def align(self, pairs: Sequence[WordPair]) -> list[tuple[Link, ...]]:
        if self._scores is None:
            raise ConfigError("dice has learnt nothing")
        scores = self._scores
        return [
            tuple(
                Link(i, j, round(scores[s, t], 4))
                for i, s in enumerate(pair.source)
                for j, t in enumerate(pair.target)
                if scores.get((s, t), 0.0) >= self.settings.min_score
            )
            for pair in pairs
        ]
