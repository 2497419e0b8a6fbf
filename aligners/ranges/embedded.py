"""Parts of texts by the sentence encoder of the wheels: each on its own, without context."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from spanferry.aligners.embedded.languages import KNOWN, unknown_languages
from spanferry.aligners.embedded.likeness import EmbeddedLikeness
from spanferry.aligners.ranges.vectors import unit
from spanferry.data.backends import BackendInfo
from spanferry.data.records import Offsets

if TYPE_CHECKING:
    from spanferry.aligners.range_encoder import Counter

#: Characters of a part that are looked at: encoding takes time that grows with their square.
LONGEST = 500
#: Part of the revision: raise it with every change that changes vectors.
VERSION = "1"


class EmbeddedRanges:
    """See `projection.services.RangeEncoder`."""

    def __init__(self, calls: Counter) -> None:
        self._likeness = EmbeddedLikeness()
        self._calls = calls

    @property
    def info(self) -> BackendInfo:
        """That of the vectors, which are the aligner's."""
        info = self._likeness.info
        return replace(info, revision=f"{info.revision}/ranges {VERSION}")

    @property
    def languages(self) -> frozenset[str] | None:
        """Primary subtags of the languages that it knows."""
        return KNOWN

    def knows(self, language: str) -> bool:
        """Whether its vectors say anything in a language."""
        return not unknown_languages(language)

    def setup(self) -> None:
        """Load the encoder, once a process.

        Raises:
            MissingExtraError: it is not installed.
        """
        self._likeness.setup()

    def encode(
        self, texts: Sequence[str], language: str, ranges: Sequence[Sequence[Offsets]]
    ) -> list[npt.NDArray[np.float32]]:
        """Vectors of the ranges of each text, [ranges, 512], of length 1; equal parts once."""
        rows: dict[str, int] = {}
        places = [
            [rows.setdefault(text[a:b][:LONGEST], len(rows)) for a, b in wanted]
            for text, wanted in zip(texts, ranges, strict=True)
        ]
        if not rows:
            return [np.zeros((0, 0), np.float32) for _ in texts]
        self._calls.add("encoded", len(rows))
        vectors = unit(self._likeness.phrases(list(rows)))
        return [vectors[of_text] for of_text in places]
