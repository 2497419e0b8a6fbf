"""The projection method `translate_match`.

A span's words are translated by themselves, and what comes out is looked for in the translation
(LinguAligner; with a language model, CLaP). All occurrences of all phrases compete, each with how
well it equals its phrase, where the phrase came from, and how near it is to where the links of the
span lead; nothing is taken because it came first, and nothing below the threshold.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from spanferry.projection.methods.proposals import (
    REASONS,
    Proposal,
    ProposalMethod,
    Proposals,
    Query,
)
from spanferry.projection.methods.translate_match.edges import tidy
from spanferry.projection.methods.translate_match.lemmas import Lemmas
from spanferry.projection.methods.translate_match.nearness import (
    expected_place,
    nearness,
    stretch_of,
)
from spanferry.projection.methods.translate_match.phrases import Phrase, Phrases
from spanferry.projection.methods.translate_match.settings import TranslateMatchSettings
from spanferry.projection.methods.translate_match.target import Kind, Match, Target
from spanferry.projection.services import Models, Services

#: What a match is worth by how it equals its phrase; `fuzzy` times the similarity.
KINDS: Mapping[Kind, float] = {"exact": 1.0, "folded": 0.98, "lemma": 0.9, "fuzzy": 0.9}
#: What it is worth by where its phrase came from.
ORIGINS = {"alone": 1.0, "server": 1.0, "in_context": 0.95, "source": 0.9}
#: What each place further back in a list of alternatives takes.
PER_RANK = 0.97
#: Options of a query that are kept, the best.
MOST = 16


class TranslateMatch(ProposalMethod):
    """Phrases translated alone, in context or by a language model, found in the translation."""

    NAME = "translate_match"
    CODE_VERSION = "1"
    Settings = TranslateMatchSettings
    REQUIRES: ClassVar[tuple[str, ...]] = ("scipy", "rapidfuzz")
    MODELS: ClassVar[Models] = {
        "translator": ("translator", "what translates phrases; the build's translator if unset"),
        "server": ("server", "the language model that is asked where `sources` has server"),
    }
    REASONS: ClassVar[Mapping[str, str]] = {
        **REASONS,
        "no_phrase": "none of the sources gave a phrase to look for",
        "no_match": "no phrase, nor anything like one, stands in the translation",
    }

    def __init__(self, settings: Any, services: Services) -> None:
        super().__init__(settings, services)
        self._lemmas = Lemmas(services.target, settings.lemmas)
        self._phrases = Phrases(settings, services)

    def models(self) -> Mapping[str, Any]:
        return {**self._phrases.models, "lemmas": self._lemmas}

    def propose(self, queries: Sequence[Query]) -> list[Proposals]:
        """The places for each query of a batch, in order; see `ProposalMethod.propose`."""
        targets: dict[tuple[int, int, int], Target] = {}
        found = []
        for query, phrases in zip(queries, self._phrases.of(queries), strict=True):
            stretch = stretch_of(query.item, query.span)[1]
            key = (query.record, *stretch)
            if key not in targets:
                targets = {k: v for k, v in targets.items() if k[0] == query.record}
                targets[key] = Target(
                    query.item.translation,
                    query.item.target_language,
                    query.item.target_words,
                    stretch,
                    self._lemmas,
                    self.settings.fuzzy,
                )
            found.append(self._proposals(query, phrases, targets[key]))
        return found

    def _proposals(self, query: Query, phrases: Sequence[Phrase], target: Target) -> Proposals:
        if not phrases:
            return Proposals(reason="no_phrase")
        item, span = query.item, query.span
        expected = expected_place(item, span)
        weight = self.settings.near_weight
        best: dict[tuple[int, int], Proposal] = {}
        votes: dict[tuple[int, int], set[str]] = {}
        for phrase in phrases:
            for match in target.find(phrase.text, expected):
                place = tidy(item, span, match.start, match.end)
                near = nearness(item, *place, expected, self.settings.near_words)
                score = _quality(phrase, match) * (1 - weight + weight * near)
                votes.setdefault(place, set()).add(phrase.origin)
                if place not in best or score > best[place].score:
                    best[place] = Proposal(*place, score, _told(phrase, match, near))
        if not best:
            return Proposals(reason="no_match")
        order = sorted(best, key=lambda place: (-best[place].score, place))[:MOST]
        return Proposals(tuple(_with_votes(best[p], len(votes[p])) for p in order))


def _quality(phrase: Phrase, match: Match) -> float:
    return KINDS[match.kind] * match.likeness * ORIGINS[phrase.origin] * PER_RANK**phrase.rank


def _told(phrase: Phrase, match: Match, near: float) -> dict[str, float]:
    return {
        match.kind: 1.0,
        phrase.origin: 1.0,
        "likeness": match.likeness,
        "near": near,
        "rank": float(phrase.rank),
    }


def _with_votes(proposal: Proposal, origins: int) -> Proposal:
    told = {**proposal.told, "agreeing": float(origins - 1)}
    return Proposal(proposal.start, proposal.end, proposal.score, told)
