"""The method `ensemble`: several methods place each span, and their votes are put together.

    project: {method: ensemble, methods: [alignment, embedding, translate_match]}

1. Every member projects every record, as if it were alone.
2. The places that the members chose for a span are its options (a discontinuous place is one
   option, with all its ranges); `votes.py` says how probable the votes make each.
3. Spans that keep apart in the source keep apart in the translation: the options are chosen
   together (`choice.py`).
4. The confidence is computed from the pooled probability, the links, and how many members agree.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import copy
from typing import Any, ClassVar, Self

from spanferry.data.backends import BackendInfo
from spanferry.data.records import MissingSpan, ProjectedSpan, Span
from spanferry.projection.base import Projection, ProjectionInput
from spanferry.projection.methods.confidence import Confidence
from spanferry.projection.methods.ensemble.choice import choose
from spanferry.projection.methods.ensemble.settings import EnsembleSettings, weights_of
from spanferry.projection.methods.ensemble.votes import Option, Vote, options
from spanferry.projection.methods.proposals import BATCH, Proposal
from spanferry.projection.pieces import is_unchanged, open_spans, placed_at, unchanged
from spanferry.projection.services import Models, Services


class EnsembleMethod:
    """Several methods that vote; how far they agree makes the confidence.

    Args:
        settings: with the field `methods`.
        services: makes the methods.

    Raises:
        ConfigError: weights or `min_votes` do not fit the methods.
    """

    NAME: ClassVar[str] = "ensemble"
    CODE_VERSION: ClassVar[str] = "1"
    MODELS: ClassVar[Models] = {}
    REASONS: ClassVar[Mapping[str, str]] = {
        "no_votes": "none of the methods found a place for it",
        "disputed": "no place has the support of `min_votes` methods",
        "claimed": "all its places belong to spans that do not overlap it in the source",
        "doubtful": "the confidence is below `min_confidence`",
    }
    #: Its settings hold those of other methods.
    MEMBERS: ClassVar[str] = "the methods that vote, with their settings"
    Settings: ClassVar[type[EnsembleSettings]] = EnsembleSettings
    REQUIRES: ClassVar[tuple[str, ...]] = ("scipy",)
    EXTRA: ClassVar[str] = "methods"

    def __init__(self, settings: Any, services: Services) -> None:
        self.settings = settings
        names = [str(member.method) for member in settings.methods]
        self._weights = weights_of(settings.weights, names, settings.min_votes)
        self._members = [services.method(member) for member in settings.methods]
        self._confidence = Confidence.of(self.NAME, settings.confidence)

    @property
    def fitted_as(self) -> str:
        """See `ProposalMethod.fitted_as`."""
        return self.NAME

    def recording(self, confidence: Confidence) -> Self:
        """See `ProposalMethod.recording`."""
        other = copy(self)
        other._confidence = confidence
        other.settings = self.settings.model_copy(update={"min_confidence": 0.0})
        return other

    @property
    def info(self) -> BackendInfo:
        """The revisions and licences of its methods."""
        found = [member.info for member in self._members]
        return BackendInfo(
            name=self.NAME,
            revision=f"{self.CODE_VERSION}/{self._confidence.revision}: "
            + " + ".join(f"{each.name} {each.revision}" for each in found),
            licence=" + ".join(f"{each.name}: {each.licence}" for each in found),
            source=" + ".join(f"{each.name}: {each.source}" for each in found),
        )

    def setup(self) -> None:
        """Set the methods up.

        Raises:
            ConfigError, MissingExtraError: see the methods.
        """
        for member in self._members:
            member.setup()

    def project(self, items: Sequence[ProjectionInput]) -> list[Projection]:
        """One projection an input, in the same order; see `ProjectionMethod.project`."""
        done: list[Projection] = []
        for start in range(0, len(items), BATCH):
            batch = items[start : start + BATCH]
            by_member = [member.project(batch) for member in self._members]
            for item, found in zip(batch, zip(*by_member, strict=True), strict=True):
                done.append(
                    unchanged(item, self.NAME) if is_unchanged(item) else self._decided(item, found)
                )
        return done

    def ballots(
        self, item: ProjectionInput, found: Sequence[Projection]
    ) -> dict[str, list[Option]]:
        """The options of each open span, by its id; all of them, whatever `min_votes` says."""
        votes: dict[str, list[Vote]] = {span.id: [] for span in open_spans(item)}
        for weight, projection in zip(self._weights, found, strict=True):
            for span in projection.spans:
                if span.source_span in votes:
                    votes[span.source_span].append(Vote(span.ranges(), span.score, weight))
        return {
            id: options(given, len(self._members), self.settings.agreement)
            for id, given in votes.items()
        }

    def _decided(self, item: ProjectionInput, found: Sequence[Projection]) -> Projection:
        """Choose; what turns out doubtful gives its place up, and the rest choose again."""
        ballots = self.ballots(item, found)
        spans = open_spans(item)
        lost: dict[str, str] = {}
        choices: dict[str, list[Option]] = {}
        for span in spans:
            agreed = [o for o in ballots[span.id] if self._votes(o) >= self.settings.min_votes]
            if agreed:
                choices[span.id] = agreed
            else:
                lost[span.id] = "disputed" if ballots[span.id] else "no_votes"
        while True:
            wanted = [span for span in spans if span.id in choices and span.id not in lost]
            chosen = choose(item, wanted, [choices[span.id] for span in wanted])
            placed = {
                span.id: self._projected(item, span, choices[span.id], option)
                for span, option in zip(wanted, chosen, strict=True)
                if option is not None
            }
            weak = [k for k, one in placed.items() if one.score < self.settings.min_confidence]
            if not weak:
                break
            lost.update(dict.fromkeys(weak, "doubtful"))
        return Projection(
            tuple(placed[span.id] for span in spans if span.id in placed),
            tuple(
                MissingSpan(span.id, lost.get(span.id, "claimed"))
                for span in spans
                if span.id not in placed
            ),
        )

    def _votes(self, option: Option) -> int:
        return option.same if self.settings.agreement == "exact" else option.supporters

    def _projected(
        self, item: ProjectionInput, span: Span, choices: Sequence[Option], chosen: int
    ) -> ProjectedSpan:
        ranges = choices[chosen].ranges
        proposals = [Proposal(o.ranges[0][0], o.ranges[-1][1], o.score, o.told) for o in choices]
        score = self._confidence.of_choice(item, span, proposals, chosen)
        return placed_at(span, ranges, score, self.NAME)
