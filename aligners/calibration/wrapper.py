"""An aligner whose scores a calibration maps.

The wrapper has the methods of a `TextAligner`, `CorpusAligner` or `SimilarityAligner` only if the
wrapped aligner has them, because that is how callers ask what an aligner can do.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

from spanferry.aligners.base import (
    Aligner,
    CorpusAligner,
    SimilarityAligner,
    TextAligner,
    TextPair,
    WordPair,
)
from spanferry.aligners.calibration.curve import Calibration
from spanferry.data.backends import BackendInfo
from spanferry.data.links import Link

_log = logging.getLogger("spanferry.aligners")


class CalibratedAligner:
    """Another aligner's links with calibrated scores; make it with `calibrated`.

    Args:
        inner: the aligner.
        calibration: its curve.
        settings: those of the aligner that matter to its scores, as JSON values; what differs
            from those that the calibration was fitted with is logged by `setup`.
    """

    def __init__(
        self,
        inner: Any,
        calibration: Calibration,
        *,
        settings: Mapping[str, Any] | None = None,
    ) -> None:
        self.inner = inner
        self.calibration = calibration
        self._settings = settings

    @property
    def info(self) -> BackendInfo:
        """That of the aligner, with the calibration in its revision."""
        own: BackendInfo = self.inner.info
        made = self.calibration
        label = f"calibration {made.name} {made.version} {made.identity}"
        return replace(own, revision=f"{own.revision} + {label}")

    def setup(self) -> None:
        """Set the aligner up. See there for what it raises."""
        self.inner.setup()
        changes = self.differences()
        if changes:
            _log.warning(
                "the calibration %r was fitted with other settings of %s (%s): its probabilities "
                "may be off; fit your own: spanferry evaluate --links GOLD --fit-calibration FILE",
                self.calibration.name,
                self.calibration.aligner,
                "; ".join(changes),
            )

    def differences(self) -> list[str]:
        """In what the aligner differs from the one that the calibration was fitted with."""
        found = []
        fitted, revision = self.calibration.settings, self.inner.info.revision
        if self._settings is not None:
            for key in sorted({*fitted, *self._settings}):
                then, now = fitted.get(key), self._settings.get(key)
                if then != now:
                    found.append(f"{key}: {then!r}, here {now!r}")
        if self.calibration.revision and self.calibration.revision != revision:
            found.append(f"revision {self.calibration.revision!r}, here {revision!r}")
        return found

    def align(self, pairs: Sequence[WordPair]) -> list[tuple[Link, ...]]:
        """See `Aligner.align`."""
        return self.calibration.apply_links(self.inner.align(pairs))


class _Texts(CalibratedAligner):
    def align_texts(self, pairs: Sequence[TextPair]) -> list[tuple[Link, ...]]:
        """See `TextAligner.align_texts`."""
        return self.calibration.apply_links(self.inner.align_texts(pairs))


class _Corpus(CalibratedAligner):
    @property
    def corpus_pairs(self) -> int:
        """See `CorpusAligner.corpus_pairs`."""
        wanted: int = self.inner.corpus_pairs
        return wanted

    def prepare(self, pairs: Iterable[WordPair], folder: Path) -> None:
        """See `CorpusAligner.prepare`."""
        self.inner.prepare(pairs, folder)

    def load(self, folder: Path) -> None:
        """See `CorpusAligner.load`."""
        self.inner.load(folder)


class _Similar(CalibratedAligner):
    def similarities(self, pairs: Sequence[WordPair]) -> list[Any]:
        """See `SimilarityAligner.similarities`; not calibrated, they are no probabilities."""
        found: list[Any] = self.inner.similarities(pairs)
        return found


_ABILITIES: tuple[tuple[Any, type[CalibratedAligner]], ...] = (
    (TextAligner, _Texts),
    (CorpusAligner, _Corpus),
    (SimilarityAligner, _Similar),
)


def calibrated(
    aligner: Aligner, calibration: Calibration, *, settings: Mapping[str, Any] | None = None
) -> CalibratedAligner:
    """An aligner with calibrated scores; see `CalibratedAligner`."""
    parts = tuple(part for protocol, part in _ABILITIES if isinstance(aligner, protocol))
    return _kind(parts)(aligner, calibration, settings=settings)


@cache
def _kind(parts: tuple[type[CalibratedAligner], ...]) -> type[CalibratedAligner]:
    if len(parts) < 2:
        return parts[0] if parts else CalibratedAligner
    return type("_" + "".join(part.__name__.strip("_") for part in parts), parts, {})
