"""The method `embedding`: candidates ranked by vectors, spelling and links.

1. Candidates: runs of words near the aligned place (`methods/ngrams.py`).
2. Vectors of the span and of its candidates, by an encoder of the user's choice; in context, all
   ranges of a text come out of one forward pass.
3. Each candidate is told its cosine with the span, the likeness of the spellings, what the links
   say, and the difference in length; the softmax of a weighted sum is its score.

The package span-aligner ranks candidates by such evidence; its clusters, weights and thresholds are
others.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, ClassVar

import numpy as np

from spanferry.data.errors import ConfigError
from spanferry.data.records import Offsets
from spanferry.projection.likeness import Vectors
from spanferry.projection.methods.embedding.features import Spelling, columns, rivals
from spanferry.projection.methods.embedding.settings import EmbeddingSettings
from spanferry.projection.methods.ngrams import Candidate, surroundings
from spanferry.projection.methods.proposals import (
    Proposal,
    ProposalMethod,
    Proposals,
    ProposalSettings,
    Query,
)
from spanferry.projection.services import Models, RangeEncoder, Services
from spanferry.projection.sides import Array

#: Candidates whose vectors are in memory at a time: 100 MB with 768 numbers each.
RANGES = 1 << 15


class EmbeddingMethod(ProposalMethod):
    """Candidates near the links, by the similarity of their vectors to the span's."""

    NAME: ClassVar[str] = "embedding"
    CODE_VERSION: ClassVar[str] = "1"
    MODELS: ClassVar[Models] = {
        "encoder": (
            "encoder",
            "what makes the vectors; the sentence encoder of the wheels if unset",
        )
    }
    Settings: ClassVar[type[ProposalSettings]] = EmbeddingSettings
    REQUIRES: ClassVar[tuple[str, ...]] = ("scipy", "rapidfuzz", "anyascii")

    def __init__(self, settings: Any, services: Services) -> None:
        super().__init__(settings, services)
        self._encoder = services.encoder("encoder")
        self._alignment = services.alignment()
        self._spelling: Spelling | None = None

    @property
    def fitted_as(self) -> str:
        """Scores without links are another thing than those with them."""
        return self.NAME if self.settings.use_links else "embedding, use_links: false"

    def models(self) -> Mapping[str, Any]:
        """The encoder, and the alignment that the candidates come from."""
        return {"encoder": self._encoder, "alignment": self._alignment}

    def setup(self) -> None:
        """Load the encoder.

        Raises:
            ConfigError, MissingExtraError: it cannot be loaded, or knows one of the languages not.
        """
        if self._spelling is None:
            self._spelling = Spelling(f"method {self.NAME!r}")
        for language in (self.services.source, self.services.target):
            if not self._encoder.knows(language):
                raise ConfigError(
                    f"project.encoder.model: the encoder 'embedded' does not know {language!r}; "
                    "it knows " + ", ".join(sorted(self._encoder.languages or ()))
                    + "; for other languages name a multilingual checkpoint of transformers"
                )  # fmt: skip
        super().setup()

    def propose(self, queries: Sequence[Query]) -> list[Proposals]:
        """The candidates of each query, those with the highest scores first."""
        name = self._encoder.info.name
        weights = {linked: self.settings.weights(name, linked=linked) for linked in (False, True)}
        return [
            _proposals(candidates, told, weights[linked])
            for candidates, told, linked in self.columns(queries)
        ]

    def columns(
        self, queries: Sequence[Query]
    ) -> Iterator[tuple[list[Candidate], dict[str, Array], bool]]:
        """The candidates of each query, what is told of them, and whether it has links."""
        most, reach = self.settings.candidates, self.settings.reach
        around = list(surroundings(queries, self._alignment))
        found = [one.candidates(most, reach) for one in around]
        linked = iter(one.linked for one in around)
        for first, last in _groups(queries, found):
            for candidates, told in self._told(queries[first:last], found[first:last]):
                yield candidates, told, next(linked)

    def _told(
        self, queries: Sequence[Query], found: Sequence[list[Candidate]]
    ) -> Iterator[tuple[list[Candidate], dict[str, Array]]]:
        assert self._spelling is not None, "setup() was not called"
        cosines = self._cosines(queries, found)
        pairs = [
            (query.item.text[query.span.start : query.span.end], candidate.text)
            for query, candidates in zip(queries, found, strict=True)
            for candidate in candidates
        ]
        strings = iter(self._spelling(pairs))
        for query, candidates, alike in zip(queries, found, cosines, strict=True):
            yield candidates, columns(query, candidates, alike, [next(strings) for _ in candidates])

    def _cosines(
        self, queries: Sequence[Query], found: Sequence[Sequence[Candidate]]
    ) -> list[tuple[Array, Array]]:
        """Of each query's candidates with its span, and with the likest of the span's rivals.

        Every range of a text is encoded once, and every text where the encoder sees whole texts.
        """
        spans, places = _Ranges(), _Ranges()
        wanted = []
        for query, candidates in zip(queries, found, strict=True):
            item, own = query.item, (query.span.start, query.span.end)
            ranges = [own, *rivals(query)] if candidates else []
            theirs = [_bare(item.translation, candidate) for candidate in candidates]
            wanted.append((spans.add(item.text, ranges), places.add(item.translation, theirs)))
        source = spans.vectors(self._encoder, self.services.source)
        target = places.vectors(self._encoder, self.services.target)
        cosines = []
        for query, (of_source, of_target) in zip(queries, wanted, strict=True):
            if not of_target:
                cosines.append((np.zeros(0), np.zeros(0)))
                continue
            left = source[query.item.text][of_source].astype(np.float64)
            right = target[query.item.translation][of_target].astype(np.float64)
            table = left @ right.T
            rival = table[1:].max(axis=0) if len(table) > 1 else np.zeros(len(of_target))
            cosines.append((table[0], rival))
        return cosines


class _Ranges:
    """Distinct ranges of distinct texts."""

    def __init__(self) -> None:
        self._of_text: dict[str, dict[Offsets, int]] = {}

    def add(self, text: str, places: Sequence[Offsets]) -> list[int]:
        """The rows that the vectors of some ranges will have in the text's table."""
        mine = self._of_text.setdefault(text, {})
        return [mine.setdefault(place, len(mine)) for place in places]

    def vectors(self, encoder: RangeEncoder, language: str) -> dict[str, Vectors]:
        """The vectors of all ranges of each text."""
        texts = [text for text, ranges in self._of_text.items() if ranges]
        made = encoder.encode(texts, language, [[*self._of_text[text]] for text in texts])
        return dict(zip(texts, made, strict=True))


def _bare(text: str, candidate: Candidate) -> Offsets:
    """Where a candidate's text is, without the marks that its whole words have."""
    start = text.find(candidate.text, candidate.start, candidate.end)
    start = max(start, candidate.start)
    return start, min(start + len(candidate.text), candidate.end)


def _groups(
    queries: Sequence[Query], found: Sequence[Sequence[Candidate]]
) -> Iterator[tuple[int, int]]:
    """Queries of whole records with about `RANGES` candidates together."""
    first = held = 0
    for k, candidates in enumerate(found):
        if held >= RANGES and queries[k].record != queries[k - 1].record:
            yield first, k
            first, held = k, 0
        held += len(candidates)
    if len(found) > first:
        yield first, len(found)


def _proposals(
    candidates: Sequence[Candidate], told: Mapping[str, Array], weights: Mapping[str, float]
) -> Proposals:
    if not candidates:
        return Proposals()
    total = sum(
        (weight * told[name] for name, weight in weights.items()), np.zeros(len(candidates))
    )
    scores = np.exp(total - total.max())
    scores /= scores.sum()
    best = float(told["cosine"].max())
    return Proposals(
        tuple(
            Proposal(
                candidates[k].start,
                candidates[k].end,
                max(float(scores[k]), 1e-12),
                {
                    "cosine": float(told["cosine"][k]),
                    "below": best - float(told["cosine"][k]),
                    "string": float(told["string"][k]),
                    "aligned": float(np.exp(min(0.0, told["links"][k]))),
                    "rival": -float(told["rival"][k]),
                },
            )
            for k in np.argsort(-scores, kind="stable").tolist()
        )
    )
