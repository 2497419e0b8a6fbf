"""Several aligners vote on each link."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import ClassVar

import numpy as np
import numpy.typing as npt
from pydantic import ConfigDict, Field, field_validator, model_validator

from spanferry.aligners.base import Aligner, CorpusAligner, TextPair, WordPair
from spanferry.aligners.segments import align_texts
from spanferry.aligners.votes.combine import Links, Scoring, combine, elected, shares
from spanferry.aligners.votes.learning import load_members, prepare_members
from spanferry.aligners.votes.members import (
    Member,
    blame,
    make_member,
)
from spanferry.data.backends import BackendInfo
from spanferry.data.errors import AccountingError
from spanferry.data.nested import ComposedSettings

#: Part of `info.revision`: raise it with every change that changes links.
ALGORITHM = "1"


class VoteAlignerSettings(ComposedSettings):
    """Settings of the aligner `vote`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    #: What changes links and not what is learnt of the corpus.
    AFTER: ClassVar[frozenset[str]] = frozenset({"weights", "threshold", "scores"})

    aligners: tuple[Member, ...] = Field(
        description="the aligners that vote, each with its backend, settings and calibration",
        json_schema_extra={"minItems": 1},
    )
    weights: tuple[float, ...] | None = Field(
        None,
        description="how much each aligner counts, in their order; divided by their sum; equal "
        "if unset",
    )
    threshold: float = Field(
        0.5, ge=0, le=1, description="links with a lower score are not given; see `scores`"
    )
    scores: Scoring = Field(
        "mean",
        description="mean: weighted mean of the aligners' scores, 0 where an aligner has no link; "
        "noisy-or: chance that one of them is right, if their scores are probabilities and their "
        "errors independent",
    )

    # `min_length` would also count those that are not valid as missing
    @field_validator("aligners")
    @classmethod
    def _some(cls, value: tuple[Member, ...]) -> tuple[Member, ...]:
        if not value:
            raise ValueError("must name at least one aligner")
        return value

    @field_validator("weights")
    @classmethod
    def _positive(cls, value: tuple[float, ...] | None) -> tuple[float, ...] | None:
        if value is not None and not (
            all(0 <= weight < float("inf") for weight in value) and sum(value) > 0
        ):
            raise ValueError("must be numbers that are not negative, and not all 0")
        return value

    @model_validator(mode="after")
    def _one_weight_each(self) -> VoteAlignerSettings:
        if self.weights is not None and len(self.weights) != len(self.aligners):
            raise ValueError(
                f"weights: there are {len(self.weights)} for {len(self.aligners)} aligners"
            )
        return self


class VoteAligner:
    """Weighted votes of several aligners, of any kinds, over the same words.

    The score of a link is the weighted mean of the aligners' scores, 0 for one that does not have
    it, the weights summing to 1 (`scores: mean`); with equal weights and aligners that score all
    their links 1 it is the share of aligners that have the link. With `scores: noisy-or` it is
    1 - product of (1 - score) ** (weight / largest weight). Scores of aligners of different
    kinds are comparable once each has a `calibration`.

    Whole texts are given to aligners that want them (`attention`); those that learn of the corpus
    do so one after the other, each in a folder of its own.

    Raises:
        ConfigError: an aligner refuses its languages or settings; the text names its key.
    """

    Settings = VoteAlignerSettings
    REQUIRES = ()

    def __init__(
        self,
        settings: VoteAlignerSettings,
        *,
        source_language: str = "",
        target_language: str = "",
    ) -> None:
        self.settings = settings
        self._weights = shares(settings.weights, len(settings.aligners))
        self._members: list[Aligner] = []
        for place, each in enumerate(settings.aligners):
            with blame(place):
                self._members.append(make_member(each, source_language, target_language))

    @property
    def info(self) -> BackendInfo:
        """The revisions and licences of the members."""
        found = [each.info for each in self._members]
        return BackendInfo(
            name="vote",
            revision=" + ".join([*(f"{each.name} {each.revision}" for each in found),
                                 f"vote {ALGORITHM}"]),
            licence="; ".join(dict.fromkeys(each.licence for each in found)),
            source="; ".join(
                each.name + (f" ({each.source})" if each.source else "") for each in found
            ),
        )  # fmt: skip

    @property
    def learner_info(self) -> BackendInfo:
        """As `info`, of what learns of the corpus: the members without their calibrations."""
        found = [getattr(each, "inner", each).info for each in self._members]
        return BackendInfo("vote", " + ".join(f"{each.name} {each.revision}" for each in found))

    def setup(self) -> None:
        """Set the members up.

        Raises:
            ConfigError: see the members; the text names the one that it comes from.
        """
        for place, each in enumerate(self._members):
            with blame(place):
                each.setup()

    def align(self, pairs: Sequence[WordPair]) -> list[Links]:
        """Links of each pair that reach the threshold.

        Raises:
            ConfigError: a member needs whole texts (`attention`), or was not set up.
            AccountingError: a member gave more or fewer results than it was given pairs.
        """
        return [self._elected(links) for links in self._ask(lambda each: each.align(pairs), pairs)]

    def align_texts(self, pairs: Sequence[TextPair]) -> list[Links]:
        """As `align`, between the words of whole texts."""
        return [
            self._elected(links)
            for links in self._ask(lambda each: align_texts(each, pairs), pairs)
        ]

    def similarities(self, pairs: Sequence[WordPair]) -> list[npt.NDArray[np.float64]]:
        """Of each pair the scores before the threshold, [source words, target words]."""
        found = self._ask(lambda each: each.align(pairs), pairs)
        matrices = []
        for pair, links in zip(pairs, found, strict=True):
            matrix = np.zeros((len(pair.source), len(pair.target)))
            for cell, score in combine(links, self._weights, self.settings.scores).items():
                matrix[cell] = score
            matrices.append(matrix)
        return matrices

    @property
    def corpus_pairs(self) -> int:
        """What the member wants that wants most; 0 where none learns of the corpus."""
        return max((each.corpus_pairs for _, each in self._learners()), default=0)

    def prepare(self, pairs: Iterable[WordPair], folder: Path) -> None:
        """Have each member that wants it learn of the pairs; see `votes.learning`."""
        prepare_members(dict(self._learners()), pairs, folder)

    def load(self, folder: Path) -> None:
        """Have the members take up what they learnt.

        Raises:
            ConfigError: the folder does not hold what a member learnt.
        """
        load_members(dict(self._learners()), folder)

    def _learners(self) -> Iterator[tuple[int, CorpusAligner]]:
        for place, each in enumerate(self._members):
            if isinstance(each, CorpusAligner) and each.corpus_pairs:
                yield place, each

    def _ask(
        self, ask: Callable[[Aligner], list[Links]], pairs: Sequence[object]
    ) -> Iterator[tuple[Links, ...]]:
        """What the members say of each pair."""
        answers = []
        for place, each in enumerate(self._members):
            with blame(place):
                found = ask(each)
            if len(found) != len(pairs):
                raise AccountingError(
                    f"{each.info.name} aligned {len(found)} of {len(pairs)} pairs"
                )
            answers.append(found)
        return zip(*answers, strict=True)

    def _elected(self, links: Sequence[Links]) -> Links:
        return elected(links, self._weights, self.settings.scores, self.settings.threshold)
