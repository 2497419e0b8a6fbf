"""The frame of the methods that propose places for spans and choose among them.

A method says, for each span (each fragment of a discontinuous one), which ranges of the translation
could be its counterpart, and how good each is. What all methods share is done here: the joint
choice, characters, confidences, and the account of every span.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from copy import copy
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar, Self

from pydantic import BaseModel, ConfigDict, Field

from spanferry.data.backends import BackendInfo, require
from spanferry.data.records import MissingSpan, ProjectedSpan, Span
from spanferry.projection.base import Projection, ProjectionInput
from spanferry.projection.characters import merged, widened, without_blanks
from spanferry.projection.methods.assignment import Place, assign
from spanferry.projection.methods.confidence import Confidence
from spanferry.projection.pieces import (
    LOST_FRAGMENT,
    is_unchanged,
    open_spans,
    pieces,
    placed_at,
    unchanged,
)
from spanferry.projection.services import Models, Services

#: Records whose proposals are held in memory at a time.
BATCH = 256
#: Why a span is missing; a method adds its own.
REASONS: dict[str, str] = {
    "no_candidates": "the method found no place for it",
    "lost_fragment": "a fragment of it found no place, and `partial` is off",
    "claimed": "all its places belong to spans that do not overlap it in the source",
    "doubtful": "the confidence is below `min_confidence`",
}


class ConfidenceSettings(BaseModel):
    """What the settings of all methods with fitted confidences have in common."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    min_confidence: float = Field(
        0.1, ge=0, le=1, description="a span whose confidence is lower counts as missing"
    )
    confidence: str | None = Field(
        None,
        description="file of weights for the confidence, made by spanferry compare "
        "--fit-confidence; those that come with spanferry if unset",
    )


class ProposalSettings(ConfidenceSettings):
    """What the settings of the methods in this frame have in common."""

    partial: bool | None = Field(
        None,
        description="whether a discontinuous span of which a fragment finds no place is placed "
        "without it, at half the confidence; if not it is missing (lost_fragment). If unset: yes, "
        "but not where another method of a list comes after this one",
    )


@dataclass(frozen=True, slots=True)
class Query:
    """A range of a source text whose counterpart is wanted.

    Args:
        record: the number of its input in the batch.
        item: that input.
        span: the span, or one fragment of it: always one range (`start`, `end`).
    """

    record: int
    item: ProjectionInput
    span: Span


@dataclass(frozen=True, slots=True)
class Proposal:
    """A range of the translation.

    Args:
        start, end: in characters; white space at the edges is cut off later.
        score: how good it is; the sum over all spans is what the joint choice makes large, so it
            is above 0, and about 1 for a perfect one.
        told: what else the confidence may take into account, by name.
    """

    start: int
    end: int
    score: float
    told: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Proposals:
    """The places for one query; of equal ones the first is preferred.

    Args:
        reason: why there are none, a key of the method's `REASONS`.
    """

    options: tuple[Proposal, ...] = ()
    reason: str = "no_candidates"


class ProposalMethod(ABC):
    """A method in this frame. `NAME`, `CODE_VERSION`, `Settings` and `propose` make one.

    Args:
        settings: of the class `Settings`.
        services: its models.

    Raises:
        MissingExtraError: a package of `REQUIRES` is not installed.
    """

    NAME: ClassVar[str]
    #: Raise it with every change that changes spans or scores.
    CODE_VERSION: ClassVar[str]
    #: Sections of the settings that hold models; see `services.py`.
    MODELS: ClassVar[Models] = {}
    REASONS: ClassVar[Mapping[str, str]] = REASONS
    Settings: ClassVar[type[ProposalSettings]]
    REQUIRES: ClassVar[tuple[str, ...]] = ("scipy",)
    EXTRA: ClassVar[str] = "methods"

    def __init__(self, settings: Any, services: Services) -> None:
        for module in self.REQUIRES:
            require(module, extra=self.EXTRA, user=f"projection method {self.NAME!r}")
        self.settings = settings
        self.services = services
        self._confidence = Confidence.of(self.fitted_as, settings.confidence)

    @property
    def fitted_as(self) -> str:
        """The name of its weights for the confidence, which settings may decide."""
        return self.NAME

    @abstractmethod
    def models(self) -> Mapping[str, Any]:
        """The models that it uses with these settings, by a name for the revision."""

    @abstractmethod
    def propose(self, queries: Sequence[Query]) -> list[Proposals]:
        """The places for each query of a batch, in order."""

    def recording(self, confidence: Confidence) -> Self:
        """A copy with the same models and another confidence, which keeps every span that has a
        place, however doubtful: for fitting weights (`fitting.py`)."""
        other = copy(self)
        other._confidence = confidence
        other.settings = self.settings.model_copy(update={"min_confidence": 0.0})
        return other

    @property
    def info(self) -> BackendInfo:
        """Its version, the weights of its confidence and the revisions of its models."""
        used = {name: model.info for name, model in self.models().items()}
        parts = [f"{name} {info.name} {info.revision}" for name, info in used.items()]
        return BackendInfo(
            name=self.NAME,
            revision=" + ".join([f"{self.CODE_VERSION}/{self._confidence.revision}", *parts]),
            licence="; ".join(dict.fromkeys(["Apache-2.0", *(i.licence for i in used.values())])),
            source="; ".join(
                ["spanferry", *(f"{name}: {i.name} {i.source}".strip() for name, i in used.items())]
            ),
        )

    def setup(self) -> None:
        """Load the models.

        Raises:
            ConfigError, MissingExtraError: a model cannot be loaded.
        """
        for model in self.models().values():
            model.setup()

    def project(self, items: Sequence[ProjectionInput]) -> list[Projection]:
        """One projection an input, in the same order; see `ProjectionMethod.project`."""
        done: list[Projection] = []
        for start in range(0, len(items), BATCH):
            done += self._project(items[start : start + BATCH])
        return done

    def _project(self, items: Sequence[ProjectionInput]) -> Iterator[Projection]:
        queries = [query for k, item in enumerate(items) for query in _queries(k, item)]
        found = self.propose(queries) if queries else []
        by_record: list[list[tuple[Query, Proposals]]] = [[] for _ in items]
        for query, proposals in zip(queries, found, strict=True):
            by_record[query.record].append((query, _clean(query, proposals)))
        for item, asked in zip(items, by_record, strict=True):
            if is_unchanged(item):
                yield unchanged(item, self.NAME)
            else:
                yield self._decided(item, asked)

    def _decided(
        self, item: ProjectionInput, asked: Sequence[tuple[Query, Proposals]]
    ) -> Projection:
        """Choose; what turns out doubtful gives its place up, and the rest choose again."""
        doubtful: set[str] = set()
        while True:
            open_ones = [pair for pair in asked if pair[0].span.id not in doubtful]
            chosen = assign([_place(*pair) for pair in open_ones], item)
            by_span: dict[str, list[tuple[Query, Proposals, int | None]]] = {}
            for (query, proposals), option in zip(open_ones, chosen, strict=True):
                by_span.setdefault(query.span.id, []).append((query, proposals, option))
            spans, missing = [], []
            for span in open_spans(item):
                of_span = by_span.get(span.id, [])
                if not of_span:
                    missing.append(MissingSpan(span.id, "doubtful"))
                elif all(option is None for _, _, option in of_span):
                    reasons = [p.reason for _, p, _ in of_span if not p.options]
                    missing.append(MissingSpan(span.id, reasons[0] if reasons else "claimed"))
                elif self.settings.partial is False and any(o is None for _, _, o in of_span):
                    missing.append(MissingSpan(span.id, "lost_fragment"))
                else:
                    spans.append(self._projected(item, span, of_span))
            weak = {s.source_span for s in spans if s.score < self.settings.min_confidence}
            if not weak:
                return Projection(tuple(spans), tuple(missing))
            doubtful |= weak

    def _projected(
        self,
        item: ProjectionInput,
        span: Span,
        parts: Sequence[tuple[Query, Proposals, int | None]],
    ) -> ProjectedSpan:
        score = 1.0
        ranges = []
        for query, proposals, option in parts:
            if option is None:
                score *= LOST_FRAGMENT
                continue
            place = proposals.options[option]
            ranges.append((place.start, place.end))
            score *= self._confidence.of_choice(query.item, query.span, proposals.options, option)
        return placed_at(span, merged(item.translation, sorted(ranges)), score, self.NAME)


def _queries(record: int, item: ProjectionInput) -> Iterator[Query]:
    if not is_unchanged(item):
        for span in open_spans(item):
            for piece in pieces(span):
                yield Query(record, item, piece)


def _clean(query: Query, proposals: Proposals) -> Proposals:
    """Options as whole words where words are labelled, without blanks, each range once."""
    item = query.item
    best: dict[tuple[int, int], Proposal] = {}
    for option in proposals.options:
        place = (option.start, option.end)
        if item.token_labelled:
            place = widened(item.translation, place, item.target_words)
        place = without_blanks(item.translation, place)
        if not item.translation[place[0] : place[1]].strip():
            continue
        if place not in best or option.score > best[place].score:
            best[place] = replace(option, start=place[0], end=place[1])
    return Proposals(tuple(best.values()), proposals.reason)


def _place(query: Query, proposals: Proposals) -> Place:
    return Place(query.span, [(o.start, o.end, o.score) for o in proposals.options])
