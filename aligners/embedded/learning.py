"""What a corpus says of its words: the mean vector of each language, and which words meet.

The lexicon is made from the aligner's own links: a first alignment by vectors, spelling and place,
then for each pair of words the share of their occurrences that were linked to one another, then a
second alignment with that share as evidence. It is expectation maximisation as in the models of
Brown et al. (1993), begun from vectors rather than from nothing, with both directions agreeing
(Liang et al., 2006). A language that the encoder does not know has little else.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from spanferry.aligners.base import WordPair

#: Passes over the corpus, each with the lexicon of the one before.
PASSES = 3
#: Occurrences that a word is given besides its own, so that a pair seen once is no certainty.
PRIOR = 1.0
#: Pairs of words of which a smaller share is linked are forgotten.
LEAST_SHARE = 0.02
#: Links that are kept apart before they are added up.
_BUFFERED = 2_000_000
_FILES = ("codes", "shares", "means")


@dataclass(frozen=True, slots=True)
class Lexicon:
    """Shares in [0, 1] of pairs of case-folded words, by source place * targets + target place.

    Args:
        sources, targets: places of the words, from 0.
        codes: the pairs, ascending, int64.
        shares: float32, as many.
    """

    sources: dict[str, int]
    targets: dict[str, int]
    codes: npt.NDArray[np.int64]
    shares: npt.NDArray[np.float32]

    def places(self, words: Sequence[str]) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
        """Of each word its place among the sources and the targets; new words match nothing."""
        folded = [word.casefold() for word in words]
        nowhere = -(len(self.sources) + 1) * (len(self.targets) + 1)
        return (
            np.array([self.sources.get(word, nowhere) for word in folded], dtype=np.int64),
            np.array([self.targets.get(word, nowhere) for word in folded], dtype=np.int64),
        )

    def pairs(
        self, sources: npt.NDArray[np.int64], targets: npt.NDArray[np.int64]
    ) -> npt.NDArray[np.int64]:
        """Codes of all pairs of words given by their places; negative with a new word."""
        return sources[:, :, None] * len(self.targets) + targets[:, None, :]

    def scores(
        self, sources: npt.NDArray[np.int64], targets: npt.NDArray[np.int64]
    ) -> npt.NDArray[np.float32]:
        """Shares [pairs, source words, target words] of words given by their places."""
        if not len(self.codes):
            return np.zeros((*sources.shape, targets.shape[1]), dtype=np.float32)
        wanted = self.pairs(sources, targets)
        at = np.minimum(np.searchsorted(self.codes, wanted), len(self.codes) - 1)
        return np.where(self.codes[at] == wanted, self.shares[at], np.float32(0))


@dataclass(frozen=True, slots=True)
class Learnt:
    """What was learnt of a corpus: mean vectors of both sides, [2, 512], and a lexicon."""

    means: npt.NDArray[np.float64] | None = None
    lexicon: Lexicon | None = None

    def save(self, folder: Path) -> None:
        """Write it; the text file comes last and makes the rest valid."""
        lexicon = self.lexicon
        arrays: dict[str, Any] = {"means": self.means}
        words: dict[str, Any] = {"means": self.means is not None, "lexicon": lexicon is not None}
        if lexicon is not None:
            arrays |= {"codes": lexicon.codes, "shares": lexicon.shares}
            words |= {"sources": list(lexicon.sources), "targets": list(lexicon.targets)}
        for name in _FILES:
            if arrays.get(name) is not None:
                np.save(folder / f"{name}.npy", arrays[name])
        partial = folder / "learnt.json.partial"
        partial.write_text(json.dumps(words, ensure_ascii=False), encoding="utf-8")
        partial.replace(folder / "learnt.json")

    @staticmethod
    def load(folder: Path) -> Learnt:
        """Read what `save` wrote."""
        words = json.loads((folder / "learnt.json").read_text(encoding="utf-8"))
        lexicon = None
        if words["lexicon"]:
            lexicon = Lexicon(
                {word: place for place, word in enumerate(words["sources"])},
                {word: place for place, word in enumerate(words["targets"])},
                np.load(folder / "codes.npy"),
                np.load(folder / "shares.npy"),
            )
        return Learnt(np.load(folder / "means.npy") if words["means"] else None, lexicon)


class Counts:
    """Counts how often words occur and are linked, in a fixed order, so that sums are equal."""

    def __init__(self, pairs: Iterable[WordPair]) -> None:
        sources: Counter[str] = Counter()
        targets: Counter[str] = Counter()
        for pair in pairs:
            sources.update(map(str.casefold, pair.source))
            targets.update(map(str.casefold, pair.target))
        self._places = tuple({w: k for k, w in enumerate(found)} for found in (sources, targets))
        self._often = tuple(
            np.fromiter(found.values(), dtype=np.float64, count=len(found))
            for found in (sources, targets)
        )
        self._codes: list[npt.NDArray[np.int64]] = []
        self._mass: list[npt.NDArray[np.float64]] = []
        self._size = 0

    def add(self, codes: npt.NDArray[np.int64], scores: npt.NDArray[np.float32]) -> None:
        """Count links of a batch: the codes of its pairs of words, and their scores."""
        linked = scores >= LEAST_SHARE
        self._codes.append(codes[linked])
        self._mass.append(scores[linked].astype(np.float64))
        self._size += len(self._codes[-1])
        if self._size > _BUFFERED:
            self._merge()

    def _merge(self) -> None:
        codes, places = np.unique(np.concatenate(self._codes), return_inverse=True)
        mass = np.bincount(places, np.concatenate(self._mass)).astype(np.float64)
        self._codes, self._mass = [codes], [mass]
        self._size = 0

    def lexicon(self) -> Lexicon:
        """The lexicon of what was counted since the last one was made."""
        sources, targets = self._places
        if not self._codes:
            none = np.zeros(0, dtype=np.int64)
            return Lexicon(sources, targets, none, none.astype(np.float32))
        self._merge()
        [codes], [mass] = self._codes, self._mass
        left, right = np.divmod(codes, len(targets))
        often = (self._often[0][left] + PRIOR) * (self._often[1][right] + PRIOR)
        shares = np.minimum(mass / np.sqrt(often), 1).astype(np.float32)
        kept = shares >= LEAST_SHARE
        self._codes, self._mass = [], []
        return Lexicon(sources, targets, codes[kept], shares[kept])
