"""The method `tprojection`.

García-Ferrero et al. (2023), "T-Projection: High Quality Annotation Projection for Sequence
Labeling Tasks". Candidates for each span come from a text-to-text model that was trained on the
labelled source language, or with no training from the words near the aligned place. A translation
model says how well each fits, and all spans of a record are decided together.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any, ClassVar

from spanferry.data.errors import ConfigError
from spanferry.projection.methods.ngrams import Candidate, surroundings
from spanferry.projection.methods.proposals import (
    REASONS,
    Proposal,
    ProposalMethod,
    Proposals,
    ProposalSettings,
    Query,
)
from spanferry.projection.methods.tprojection.generated import GeneratedCandidates
from spanferry.projection.methods.tprojection.selection import Likeness, Scorers, compare
from spanferry.projection.methods.tprojection.settings import TProjectionSettings
from spanferry.projection.services import Generator, Models

#: The least score of a place, so that the joint choice prefers any place to none.
LEAST = 1e-3
#: What asks for a direction that a model may not have.
_NEEDED_FOR = {
    "backward": "backward scores need project.back_scorer, or a scorer that translates both ways; "
    "project.directions: forward does without",
    "same_target": "project.normalise: self needs a model that translates a language into itself; "
    "best does without",
}
_NEEDED_FOR["same_source"] = _NEEDED_FOR["same_target"]


class TProjection(ProposalMethod):
    """Candidates from a generator or from n-grams, chosen by translation scores."""

    NAME: ClassVar[str] = "tprojection"
    CODE_VERSION: ClassVar[str] = "1"
    Settings: ClassVar[type[ProposalSettings]] = TProjectionSettings
    MODELS: ClassVar[Models] = {
        "candidates": (
            "generator",
            "the text-to-text model that writes candidates, trained with spanferry; without it "
            "they are n-grams near the aligned place",
        ),
        "scorer": (
            "translator",
            "the translation model whose probabilities choose among the candidates",
        ),
        "back_scorer": (
            "translator",
            "the one for the other direction, where that is another model",
        ),
    }
    REASONS: ClassVar[Mapping[str, str]] = {
        **REASONS,
        "no_candidates": "the generator wrote nothing for it that stands in the translation, or "
        "the translation has no words",
        "too_long": "its text or its candidates are too long for the scorer",
    }

    def __init__(self, settings: Any, services: Any) -> None:
        super().__init__(settings, services)
        if settings.ngrams == "never" and self._section("candidates") is None:
            raise ConfigError(
                "project.ngrams: never leaves no candidates; set project.candidates, or one of "
                "missing, always"
            )

    def models(self) -> Mapping[str, Any]:
        """See `ProposalMethod.models`."""
        scorers = self._scorers
        found = {"alignment": self._alignment, "candidates": self._generator}
        found |= {name: getattr(scorers, name) for name in Scorers.__dataclass_fields__}
        return {name: model for name, model in found.items() if model is not None}

    def setup(self) -> None:
        """Load the models.

        Raises:
            ConfigError, MissingExtraError, RetryableError: a model cannot be loaded, or does not
                translate in a direction that the settings ask for.
        """
        for name, model in self.models().items():
            try:
                model.setup()
            except ConfigError as error:
                if type(error) is not ConfigError or name not in _NEEDED_FOR:
                    raise
                raise ConfigError(f"{error} ({_NEEDED_FOR[name]})") from error

    def propose(self, queries: Sequence[Query]) -> list[Proposals]:
        """See `ProposalMethod.propose`."""
        found = [list(options) for options in self._candidates(queries)]
        asked = [
            (_text(query), list(dict.fromkeys(_bare(one.text) for one, _ in options)))
            for query, options in zip(queries, found, strict=True)
        ]
        likeness = compare(asked, self._scorers, self.settings.normalise)
        return [
            self._proposals(options, dict(zip(texts, scores, strict=True)))
            for options, (_, texts), scores in zip(found, asked, likeness, strict=True)
        ]

    def _tags(self) -> dict[str, str]:
        """The names of tags: those of the generator's training, but for what the settings say."""
        noted = {} if self._generator is None else self._generator.task.get("tags", {})
        return {**noted, **self.settings.tags}

    def _candidates(
        self, queries: Sequence[Query]
    ) -> Iterator[list[tuple[Candidate, dict[str, float]]]]:
        """Each query's candidates, those nearest to the aligned place first, with what is told."""
        places = list(surroundings(queries, self._alignment))
        written = [[] for _ in queries] if self._generator is None else GeneratedCandidates(
            self._generator, self._tags(), parts_of_words=self.settings.parts_of_words
        ).find(queries, places)  # fmt: skip
        for place, own in zip(places, written, strict=True):
            found = {(w.place.start, w.place.end): (w.place, {"written": w.share}) for w in own}
            if self.settings.ngrams == "always" or (self.settings.ngrams == "missing" and not own):
                for one in place.candidates(self.settings.most, self.settings.reach):
                    found.setdefault((one.start, one.end), (one, {}))
            yield sorted(found.values(), key=lambda pair: -pair[0].log)

    def _proposals(
        self,
        options: Sequence[tuple[Candidate, Mapping[str, float]]],
        likeness: Mapping[str, Likeness | None],
    ) -> Proposals:
        """The candidates that were scored."""
        known = [(one, told, likeness[_bare(one.text)]) for one, told in options]
        best = max((one.log for one, _, like in known if like is not None), default=0.0)
        proposals = tuple(
            Proposal(
                one.start,
                one.end,
                max(LEAST, like.score * math.exp(self.settings.links_weight * (one.log - best))),
                {
                    **told,
                    "like": math.log(max(LEAST, like.score)),
                    "level": like.level,
                    "aligned": one.log,
                },
            )
            for one, told, like in known
            if like is not None
        )
        return Proposals(proposals, "too_long" if known else "no_candidates")

    def _section(self, name: str) -> Any:
        return getattr(self.settings, name, None)

    @cached_property
    def _alignment(self) -> Any:
        return self.services.alignment()

    @cached_property
    def _generator(self) -> Generator | None:
        if self._section("candidates") is None:
            return None
        return self.services.generator("candidates")

    @cached_property
    def _scorers(self) -> Scorers:
        services, chosen = self.services, self.settings.directions
        back = "scorer" if self._section("back_scorer") is None else "back_scorer"
        if chosen == "auto":
            chosen = "forward" if back == "scorer" else "both"
        forward, backward = chosen != "backward", chosen != "forward"
        alone = self.settings.normalise == "self"
        source, target = (services.source,) * 2, (services.target,) * 2
        return Scorers(
            services.scorer("scorer") if forward else None,
            services.scorer(back, back=True) if backward else None,
            services.scorer("scorer", pair=target) if forward and alone else None,
            services.scorer(back, pair=source) if backward and alone else None,
        )


def _text(query: Query) -> str:
    return _bare(query.item.text[query.span.start : query.span.end])


def _bare(text: str) -> str:
    """A text on one line."""
    return " ".join(text.split())
