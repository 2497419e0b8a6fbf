"""What the aligners `spans` and `binary` have in common: everything but the head."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import ClassVar, Generic, TypeVar

from spanferry.aligners.base import WordPair
from spanferry.aligners.supervised.checkpoint import EXTRA, Kind, device_of, load
from spanferry.aligners.supervised.heads import Array, Head
from spanferry.aligners.supervised.inference import Engine
from spanferry.aligners.supervised.linking import Method, links
from spanferry.aligners.supervised.settings import BinarySettings, SpanPredictionSettings
from spanferry.data import models
from spanferry.data.backends import BackendInfo, require
from spanferry.data.errors import ConfigError
from spanferry.data.links import Link

#: Part of `info.revision`: raise it with every change that changes links.
ALGORITHM = "1"
#: Sentence pairs whose probabilities are in memory at once.
_PAIRS = 1024

_Settings = TypeVar("_Settings", SpanPredictionSettings, BinarySettings)


class SupervisedAligner(Generic[_Settings]):
    """Marks each word in turn and asks a model for its partners; subclasses name the head."""

    NAME: ClassVar[Kind]
    REQUIRES = ("torch", "transformers")
    EXTRA = EXTRA

    def __init__(
        self, settings: _Settings, *, source_language: str = "", target_language: str = ""
    ) -> None:
        self.settings: _Settings = settings
        self._model: models.Model | None = None
        self._engine: Engine | None = None
        self._lock = threading.Lock()

    def head(self) -> Head:
        """What the model's answers mean."""
        raise NotImplementedError

    @property
    def info(self) -> BackendInfo:
        """The commit or the contents of the checkpoint.

        Raises:
            ConfigError: there is no such checkpoint.
            RetryableError: the Hub cannot be reached, and the model was never used here.
        """
        model = self._found()
        return BackendInfo(
            name=self.NAME,
            revision=f"{model.revision}+{ALGORITHM}",
            source=model.describe(),
        )

    def setup(self) -> None:
        """Load the checkpoint.

        Raises:
            ConfigError: it lacks the head, or a setting does not suit it.
            MissingExtraError: `torch` or `transformers` is not installed.
            RetryableError: the download failed.
        """
        with self._lock:
            if self._engine is not None:
                return
            for module in self.REQUIRES:
                require(module, extra=EXTRA, user=self._user)
            settings, model = self.settings, self._found()
            device = device_of(settings.device)
            folder = models.fetch(model, key="align.model", extra=EXTRA, user=self._user)
            loaded = load(
                folder, settings.model, self.NAME, marker=settings.marker, device=device,
                dtype=settings.dtype,
            )  # fmt: skip
            self._engine = Engine(
                loaded.model,
                loaded.subwords,
                loaded.layout(settings.window, settings.overlap),
                self.head(),
                settings.batch_tokens,
            )

    def align(self, pairs: Sequence[WordPair]) -> list[tuple[Link, ...]]:
        """Links of each pair; none where a side has no words.

        A score is the mean of the probabilities that both directions give the link (see the
        setting `symmetrization`), or the probability of the only direction that was looked at.

        Raises:
            ConfigError: `setup` has not been called.
        """
        if self._engine is None:
            raise ConfigError(f"the aligner {self.NAME!r} was not set up; call setup() first")
        found: list[tuple[Link, ...]] = []
        for start in range(0, len(pairs), _PAIRS):
            found.extend(self._align(pairs[start : start + _PAIRS], self._engine))
        return found

    def _align(self, pairs: Sequence[WordPair], engine: Engine) -> list[tuple[Link, ...]]:
        return align(pairs, engine, self.settings.symmetrization, self.settings.threshold)

    def _found(self) -> models.Model:
        if self._model is None:
            self._model = models.find(
                self.settings.model, self.settings.revision, key="align.model", extra=EXTRA,
                user=self._user,
            )  # fmt: skip
        return self._model

    @property
    def _user(self) -> str:
        return f"aligner {self.NAME!r}"


def align(
    pairs: Sequence[WordPair], engine: Engine, method: Method, threshold: float
) -> list[tuple[Link, ...]]:
    """Links of each pair by an engine; both directions' rows go through the model together."""
    sides = (0,) if method == "forward" else (1,) if method == "reverse" else (0, 1)
    directed = [
        WordPair(pair.target, pair.source) if side else pair for pair in pairs for side in sides
    ]
    found: list[Array] = list(engine.probabilities(directed))
    out: list[tuple[Link, ...]] = []
    for place in range(len(pairs)):
        of_pair = dict(zip(sides, found[place * len(sides) :][: len(sides)], strict=False))
        out.append(links(of_pair.get(0), of_pair.get(1), method, threshold))
    return out
