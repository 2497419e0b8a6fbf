"""Word vectors for projection: what an unlinked word has in common with the words of a span.

The class keeps to the protocol `spanferry.projection.likeness.Likeness`, which it must not import.
"""

from __future__ import annotations

from collections.abc import Sequence
from importlib.util import find_spec

import numpy as np

from spanferry.aligners.embedded.aligner import PACKAGE, EmbeddedAligner
from spanferry.aligners.embedded.languages import unknown_languages
from spanferry.aligners.embedded.settings import EmbeddedAlignerSettings
from spanferry.aligners.embedded.strings import STRING_SCALE
from spanferry.aligners.embedded.vectors import SCALE, Vectors, WordVectors, shared_vectors
from spanferry.data.backends import BackendInfo

#: Weights of meaning, pieces and spelling in a similarity: those of the aligner, where spelling is
#: added to what the other two share between them.
MEANING, PIECES, SPELLING = 0.85, 0.15, 0.3
#: Phrases that are kept; another number than that of the words, so that the two share no cache.
CACHED_PHRASES = 20_000
#: Part of the revision: raise it with every change that changes similarities.
VERSION = "1"


class EmbeddedLikeness:
    """The vectors of the aligner `embedded`, shared with it."""

    def __init__(self) -> None:
        self._vectors: WordVectors | None = None
        self._phrases: WordVectors | None = None

    @staticmethod
    def installed() -> bool:
        """Whether the encoder and what writes other scripts in Latin letters are there."""
        return all(find_spec(name) is not None for name in EmbeddedAligner.REQUIRES)

    @property
    def info(self) -> BackendInfo:
        aligner = EmbeddedAligner().info
        return BackendInfo(
            name="embedded",
            revision=f"{aligner.revision}/{VERSION}",
            licence=aligner.licence,
            source=PACKAGE,
        )

    def setup(self) -> None:
        """Load the vectors.

        Raises:
            MissingExtraError: the encoder is not installed.
        """
        self._vectors = shared_vectors(EmbeddedAlignerSettings().cached_words)
        self._phrases = shared_vectors(CACHED_PHRASES)

    def knows(self, source: str, target: str) -> bool:
        """Whether both languages are among those of the encoder."""
        return bool(source and target) and not unknown_languages(source, target)

    def vectors(self, words: Sequence[str]) -> list[tuple[float, Vectors]]:
        """Meaning, pieces and spelling of distinct words, with their weights."""
        if self._vectors is None:
            self.setup()
        assert self._vectors is not None
        table = self._vectors(words)
        return [
            (MEANING / SCALE**2, table.meaning),
            (PIECES / SCALE**2, table.pieces),
            (SPELLING / STRING_SCALE**2, table.spelling),
        ]

    def phrases(self, texts: Sequence[str]) -> Vectors:
        """The encoder's vectors of distinct phrases."""
        if self._phrases is None:
            self.setup()
        assert self._phrases is not None
        meaning: Vectors = self._phrases(texts).meaning / np.float32(SCALE)
        return meaning
