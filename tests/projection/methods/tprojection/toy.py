"""The published run on 31 English-Spanish sentences: its texts, candidates, scores and choices."""

from __future__ import annotations

import json
import math
import string
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from spanferry.data.backends import BackendInfo
from spanferry.data.records import Offsets, Span
from spanferry.projection.alignment import AlignmentProjection, AlignmentSettings
from spanferry.projection.base import ProjectionInput
from spanferry.projection.evaluate import LabelledRange
from spanferry.projection.gold import tag_ranges
from spanferry.projection.methods.tprojection.method import TProjection
from spanferry.projection.methods.tprojection.settings import TProjectionSettings
from spanferry.projection.services import Calls

TOY = Path(__file__).resolve().parents[5] / "shared" / "gold" / "tprojection_toy"
_INFO = BackendInfo(name="published", revision="1", licence="Apache-2.0", source="toy")


def sentences(name: str) -> list[tuple[list[str], list[LabelledRange]]]:
    """The words of each sentence of a file and its spans, in word indexes."""
    found = []
    for block in (TOY / name).read_text("utf-8").strip().split("\n\n"):
        words, tags = zip(*(line.split() for line in block.splitlines()), strict=True)
        found.append((list(words), tag_ranges(tags)))
    return found


def items() -> list[ProjectionInput]:
    """The sentences with their source spans and the given translations; no links."""
    rows = zip(sentences("en.europarl.conll"), sentences("en2es.europarl.conll"), strict=True)
    return [_item(source, spans, target) for (source, spans), (target, _) in rows]


def _item(source: list[str], spans: list[LabelledRange], target: list[str]) -> ProjectionInput:
    places = _places(source)
    return ProjectionInput(
        text=" ".join(source),
        spans=tuple(
            Span(places[first][0], places[last - 1][1], label, f"s{k}")
            for k, (first, last, label) in enumerate(spans)
        ),
        translation=" ".join(target),
        source_words=places,
        target_words=_places(target),
        links=(),
        language="en",
        target_language="es",
        token_labelled=True,
    )


def _places(words: Sequence[str]) -> list[Offsets]:
    ends = [sum(map(len, words[: k + 1])) + k for k in range(len(words))]
    return [(end - len(word), end) for word, end in zip(words, ends, strict=True)]


class PublishedOutputs:
    """The outputs of the published mT5, by the translation that it read."""

    info = _INFO
    task: Mapping[str, Any] = {}

    def __init__(self) -> None:
        lines = (TOY / "en2es.europarl.jsonl").read_text("utf-8").splitlines()
        self._rows = {row["target_word"]: row["preds"] for row in map(json.loads, lines)}

    def setup(self) -> None:
        pass

    def generate(self, texts: Sequence[str]) -> list[list[tuple[str, float]]]:
        found = []
        for text in texts:
            words = text.rpartition(" ")[0]
            found.append([(output, 0.0) for output in self._rows[words]])
        return found


class PublishedScores:
    """The published scores, as logarithms to the base that the method takes them to.

    Attributes:
        asked: the pairs that were asked for.
        unknown: those of them that the file has no score for.
    """

    info = _INFO

    def __init__(self) -> None:
        self._scores: dict[str, Any] = json.loads((TOY / "en2es.europarl.json").read_text("utf-8"))
        self.asked: list[tuple[str, str]] = []
        self.unknown: set[tuple[str, str]] = set()

    def setup(self) -> None:
        pass

    def score(self, sources: Sequence[str], targets: Sequence[str]) -> list[float]:
        found = []
        for source, target in zip(sources, targets, strict=True):
            self.asked.append((source, target))
            score = self._scores.get(_bare(source), {}).get(_bare(target))
            if score is None:
                self.unknown.add((source, target))
            found.append(-math.inf if score is None else math.log2(score))
        return found


def _bare(text: str) -> str:
    """As the file writes texts: without marks."""
    return text.translate(str.maketrans("", "", string.punctuation))


class PublishedServices:
    """Gives the method the published candidates and scores."""

    source, target = "en", "es"

    def __init__(self) -> None:
        self.calls = Calls()
        self.scores = PublishedScores()

    def scorer(self, key: str, **_: object) -> PublishedScores:
        return self.scores

    def generator(self, key: str) -> PublishedOutputs:
        return PublishedOutputs()

    def alignment(self) -> AlignmentProjection:
        return AlignmentProjection(AlignmentSettings(min_confidence=0))


class WithCandidates(TProjectionSettings):
    """The settings with the section of a generator."""

    candidates: str | None = "published"


def published(services: PublishedServices) -> TProjection:
    """The method as it was published; the scores are normalised already."""
    settings = WithCandidates(
        ngrams="never", directions="forward", normalise="none", links_weight=0, min_confidence=0
    )
    return TProjection(settings, services)
