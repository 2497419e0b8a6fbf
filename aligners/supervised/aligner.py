"""What the aligners `spans` and `binary` have in common: everything but the head."""

from __future__ import annotations

import threading
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from typing import ClassVar, Generic, TypeVar

import numpy as np

from spanferry.aligners.base import WordPair
from spanferry.aligners.supervised.checkpoint import EXTRA, Kind, device_of, load
from spanferry.aligners.supervised.heads import Array, Head
from spanferry.aligners.supervised.inference import Engine
from spanferry.aligners.supervised.linking import Method, links, mean
from spanferry.aligners.supervised.settings import (
    BATCH_TOKENS,
    BinarySettings,
    SpanPredictionSettings,
)
from spanferry.data import models
from spanferry.data.backends import BackendInfo, require
from spanferry.data.errors import ConfigError
from spanferry.data.links import Link

#: Part of `info.revision`: raise it with every change that changes links.
ALGORITHM = "1"

_Settings = TypeVar("_Settings", SpanPredictionSettings, BinarySettings)


class SupervisedAligner(ABC, Generic[_Settings]):
    """Marks each word in turn and asks a model for its partners; subclasses name the head.

    Takes a forward pass over both sentences for each of their words, so the time grows with the
    square of the length; and with its cube for pairs that are longer than the model's window, which
    are read in overlapping windows of both sides. Of a word of more sub-words than an eighth of
    the window the first ones are read.
    """

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

    @abstractmethod
    def head(self) -> Head:
        """What the model's answers mean."""

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
                BATCH_TOKENS[device.type]
                if settings.batch_tokens == "auto"
                else settings.batch_tokens,
            )

    def align(self, pairs: Sequence[WordPair]) -> list[tuple[Link, ...]]:
        """Links of each pair; none where a side has no words.

        A score is the mean of the probabilities that both directions give the link (see the
        setting `symmetrization`), or the probability of the only direction that was looked at.

        Raises:
            ConfigError: `setup` has not been called.
        """
        engine, settings = self._loaded(), self.settings
        return align(pairs, engine, settings.symmetrization, settings.threshold)

    def similarities(self, pairs: Sequence[WordPair]) -> list[Array]:
        """The scores of all links of each pair, [source words, target words].

        Raises:
            ConfigError: `setup` has not been called.
        """
        engine, method = self._loaded(), self.settings.symmetrization
        return [
            mean(forward, reverse).astype(np.float32)
            for forward, reverse in directions(pairs, engine, method)
        ]

    def _loaded(self) -> Engine:
        if self._engine is None:
            raise ConfigError(f"the aligner {self.NAME!r} was not set up; call setup() first")
        return self._engine

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
    """Links of each pair by an engine; see `linking.links`."""
    return [
        links(forward, reverse, method, threshold)
        for forward, reverse in directions(pairs, engine, method)
    ]


def directions(
    pairs: Sequence[WordPair], engine: Engine, method: Method
) -> Iterator[tuple[Array | None, Array | None]]:
    """Of each pair the probabilities of both directions, as far as the method looks at them.

    The rows of both directions go through the model together.
    """
    sides = (0,) if method == "forward" else (1,) if method == "reverse" else (0, 1)
    directed = [
        WordPair(pair.target, pair.source) if side else pair for pair in pairs for side in sides
    ]
    found = engine.probabilities(directed)
    for _ in pairs:
        of_pair = {side: next(found) for side in sides}
        yield of_pair.get(0), of_pair.get(1)
