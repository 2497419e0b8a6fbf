"""The authors' package `simalign`, one pair at a time: slow, and what the fast path must equal."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Any

from spanferry.aligners.base import WordPair
from spanferry.data import models
from spanferry.data.backends import require
from spanferry.data.errors import ConfigError
from spanferry.data.links import Link

if TYPE_CHECKING:
    from spanferry.aligners.matchers.simalign import Method
    from spanferry.aligners.simalign import SimalignSettings
    from spanferry.data.models import Model

_LETTERS: dict[Method, str] = {"inter": "a", "itermax": "i", "mwmf": "m", "fwd": "f", "rev": "r"}


def package_version() -> str:
    """Name and version of the package, for a revision."""
    try:
        return f"simalign-{version('simalign')}"
    except PackageNotFoundError:
        return "simalign-missing"


class ReferenceSimalign:
    """The package with the settings' model, layer, method, token type and distortion.

    It cuts texts that are longer than the encoder's window: words behind that are not linked, or
    an error says so where it fails over them. All links have the score 1: it gives none.

    Raises:
        ConfigError: the package cannot load the model, or the model lacks the layer.
        MissingExtraError: the package is missing.
    """

    def __init__(
        self, settings: SimalignSettings, model: Model, method: Method, *, user: str
    ) -> None:
        package = require("simalign", extra="neural", user=f"{user} with engine: reference")
        torch = require("torch", extra="neural", user=user)
        require("networkx", extra="neural", user=f"{user} with engine: reference")
        from spanferry.aligners.encoder.devices import choose_devices
        from spanferry.aligners.encoder.layers import resolve_layer

        folder = models.fetch(model, key="align.model", extra="neural", user=user)
        if settings.threads != "auto":
            torch.set_num_threads(settings.threads)
        self._method, self._user = method, user
        self._lock = threading.Lock()
        try:
            self._aligner: Any = package.SentenceAligner(
                str(folder),
                token_type=settings.token_type,
                distortion=settings.distortion,
                matching_methods=_LETTERS[method],
                device=str(choose_devices(settings)[0]),
            )
        except Exception as error:  # the library raises nearly everything for a broken file
            raise ConfigError(f"align.model: {folder.name!r} cannot be loaded: {error}") from error
        loader = self._aligner.embed_loader
        loader.layer = resolve_layer(loader.emb_model.config, settings.layer)

    def align(self, pairs: Sequence[WordPair]) -> list[tuple[Link, ...]]:
        """Links of each pair, all of score 1.

        Raises:
            ConfigError: the package fails on a pair.
        """
        with self._lock:
            return [self._align(number, pair) for number, pair in enumerate(pairs)]

    def _align(self, number: int, pair: WordPair) -> tuple[Link, ...]:
        # in the package a word without sub-words has the mean of no vectors
        kept = [
            [place for place, word in enumerate(words) if self._pieces(word)]
            for words in (pair.source, pair.target)
        ]
        if not all(kept):
            return ()
        source = [pair.source[place] for place in kept[0]]
        target = [pair.target[place] for place in kept[1]]
        try:
            found = self._aligner.get_word_aligns(source, target)[self._method]
        except (ValueError, IndexError, RuntimeError) as error:
            raise ConfigError(
                f"{self._user}: the package simalign fails on pair {number} ({len(source)} and "
                f"{len(target)} words): {error}; write engine: batched"
            ) from error
        return tuple(sorted(Link(kept[0][i], kept[1][j]) for i, j in found))

    def _pieces(self, word: str) -> list[str]:
        pieces: list[str] = self._aligner.embed_loader.tokenizer.tokenize(word)
        return pieces
