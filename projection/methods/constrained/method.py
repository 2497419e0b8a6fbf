"""The method `constrained`: markers put into the translation that there is.

A translation model is asked where it would have written the markers, had it translated the text
with its span marked and written this very translation (Le et al. 2024, "Constrained Decoding for
Cross-lingual Label Projection"; the method of the package Codec).
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from spanferry.data.records import Offsets
from spanferry.projection.base import ProjectionInput
from spanferry.projection.characters import range_of
from spanferry.projection.methods.constrained.edges import Edges, Places, word_edges
from spanferry.projection.methods.constrained.search import Found, Task, search
from spanferry.projection.methods.constrained.settings import ConstrainedSettings
from spanferry.projection.methods.constrained.stretch import Stretch, marked, stretch_of
from spanferry.projection.methods.proposals import (
    REASONS,
    Proposal,
    ProposalMethod,
    Proposals,
    Query,
)
from spanferry.projection.services import Pieces

#: Least score of a place, as scores are above 0.
_LEAST = 1e-6


@dataclass(frozen=True, slots=True)
class _Sentence:
    """A translated sentence.

    Args:
        tokens: its sub-words.
        numbers: the target words in it; none where sub-words are its parts.
        parts: what markers may stand between (words or sub-words), in characters of the whole
            translation.
        edges: where these begin and end among the sub-words.
    """

    tokens: tuple[str, ...]
    numbers: Sequence[int]
    parts: Sequence[Offsets]
    edges: Edges


@dataclass(frozen=True, slots=True)
class _Asked:
    """A query with its sentence and its task.

    Args:
        plain: log-probability of the translation where nothing is marked.
    """

    query: Query
    sentence: _Sentence
    task: Task
    plain: float


class ConstrainedMethod(ProposalMethod):
    """Markers put into the translation where a translation model would have written them."""

    NAME = "constrained"
    CODE_VERSION = "1"
    MODELS: ClassVar[Mapping[str, tuple[str, str]]] = {
        "decoder": (
            "translator",
            "the translation model that says where markers belong, best one that was trained "
            "with markers (a backend that can be forced: ctranslate2)",
        ),
    }
    REASONS: ClassVar[Mapping[str, str]] = {
        **REASONS,
        "markers_in_text": "the text or its translation holds a marker of every pair",
        "too_long": "the sentence is too long for the model",
    }
    Settings = ConstrainedSettings

    def models(self) -> Mapping[str, Any]:
        """See `ProposalMethod.models`."""
        return {"decoder": self.services.forced("decoder")}

    def setup(self) -> None:
        """Load the model and look the markers up.

        Raises:
            ConfigError: the model cannot be loaded, or has no sub-word for a marker.
        """
        super().setup()
        decoder = self.services.forced("decoder")
        for pair in self._markers():
            for marker in pair:
                decoder.marker(marker)

    def propose(self, queries: Sequence[Query]) -> list[Proposals]:
        """See `ProposalMethod.propose`: all spans are searched for together."""
        asked, found = self._asked(queries)
        tasks = list(dict.fromkeys(one.task for one in asked.values()))
        settings: ConstrainedSettings = self.settings
        searched = search(
            self.services.forced("decoder"), tasks,
            n_best=settings.n_best, margin=settings.margin, max_states=settings.max_states,
            scoring=settings.scoring,
        )  # fmt: skip
        results = dict(zip(tasks, searched, strict=True))
        for number, one in asked.items():
            found[number] = self._proposals(one, results[one.task])
        return [found[number] for number in range(len(queries))]

    def _asked(self, queries: Sequence[Query]) -> tuple[dict[int, _Asked], dict[int, Proposals]]:
        """Tasks of the queries by their number, and the reasons of those that have none."""
        decoder = self.services.forced("decoder")
        pairs = [(*pair, tuple(map(decoder.marker, pair))) for pair in self._markers()]
        stretches = [stretch_of(query.item, query.span) for query in queries]
        sentences = self._sentences(queries, stretches)
        keys = [_key(query, stretch) for query, stretch in zip(queries, stretches, strict=True)]
        plain = self._plain([
            (stretch.source, sentences[key].tokens)
            for key, stretch in zip(keys, stretches, strict=True)
            if sentences[key].edges.opens
        ])  # fmt: skip
        places: dict[tuple[int, int, str], Places] = {}
        asked: dict[int, _Asked] = {}
        refused: dict[int, Proposals] = {}
        for number, (query, stretch) in enumerate(zip(queries, stretches, strict=True)):
            both = stretch.source + stretch.target
            pair = next((p for p in pairs if p[0] not in both and p[1] not in both), None)
            sentence = sentences[keys[number]]
            own = plain.get((stretch.source, sentence.tokens))
            if pair is None:
                refused[number] = Proposals(reason="markers_in_text")
            elif not sentence.edges.opens:
                refused[number] = Proposals()
            elif own is None:  # before its places are listed: there are as many as pairs of words
                refused[number] = Proposals(reason="too_long")
            else:
                opening, closing, (first, last) = pair
                source = marked(stretch.source, stretch.start, stretch.end, opening, closing)
                if keys[number] not in places:
                    places[keys[number]] = sentence.edges.places()
                task = Task(source, sentence.tokens, (first, last), places[keys[number]])
                asked[number] = _Asked(query, sentence, task, own)
        return asked, refused

    def _markers(self) -> list[tuple[str, str]]:
        pairs = [pair.split() for pair in self.settings.markers]
        return [(opening, closing) for opening, closing in pairs]

    def _sentences(
        self, queries: Sequence[Query], stretches: Sequence[Stretch]
    ) -> dict[tuple[int, int, str], _Sentence]:
        """What spans of the same sentence share, each made once."""
        wanted = {
            _key(query, stretch): query.item
            for query, stretch in zip(queries, stretches, strict=True)
        }
        texts = list(dict.fromkeys(text for _, _, text in wanted))
        cut = dict(zip(texts, self.services.forced("decoder").pieces(texts), strict=True))
        return {key: self._sentence(item, key, cut[key[2]]) for key, item in wanted.items()}

    def _sentence(
        self, item: ProjectionInput, key: tuple[int, int, str], pieces: Pieces
    ) -> _Sentence:
        _, start, text = key
        end = start + len(text)
        numbers: list[int] = []
        if self.settings.boundaries == "words":
            numbers = [n for n, (a, b) in enumerate(item.target_words) if start <= a < b <= end]
            parts = [item.target_words[n] for n in numbers]
        else:
            parts = sorted({(start + a, start + b) for a, b in pieces.ranges if a < b})
        edges = word_edges(pieces, [(a - start, b - start) for a, b in parts])
        return _Sentence(pieces.tokens, numbers, parts, edges)

    def _plain(
        self, asked: Sequence[tuple[str, tuple[str, ...]]]
    ) -> dict[tuple[str, tuple[str, ...]], float | None]:
        """The log-probability of each translation where nothing is marked; None: too long."""
        wanted = list(dict.fromkeys(asked))
        found = self.services.forced("decoder").force(
            [source for source, _ in wanted], [tokens for _, tokens in wanted]
        )
        return {
            key: None if forced is None else float(forced.own.sum())
            for key, forced in zip(wanted, found, strict=True)
        }

    def _proposals(self, one: _Asked, found: Found) -> Proposals:
        if not found.places:
            return Proposals(reason="too_long" if found.too_long else "no_candidates")
        best = found.places[0].log
        weights = [math.exp(place.log - best) for place in found.places]
        total = sum(weights)
        options = []
        for place, weight in zip(found.places, weights, strict=True):
            told = {
                "opening": place.opening,
                "closing": place.closing,
                "cut": float(found.cut),
                "cost": (one.plain - (place.log - place.opening - place.closing))
                / (len(one.task.tokens) + 1),
            }
            start, end = self._range(one, place.first, place.end)
            options.append(Proposal(start, end, max(_LEAST, weight / total), told))
        return Proposals(tuple(options))

    def _range(self, one: _Asked, first: int, end: int) -> Offsets:
        """The characters between the markers."""
        sentence = one.sentence
        opened, closed = sentence.edges.opens[first], sentence.edges.closes[end]
        if not sentence.numbers:
            return sentence.parts[opened][0], sentence.parts[closed][1]
        item, span = one.query.item, one.query.span
        covered = [
            number
            for number, (start, end) in enumerate(item.source_words)
            if start < span.end and span.start < end
        ]
        return range_of(item, span, covered, sentence.numbers[opened], sentence.numbers[closed])


def _key(query: Query, stretch: Stretch) -> tuple[int, int, str]:
    return query.record, stretch.target_start, stretch.target
