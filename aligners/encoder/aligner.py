"""What all aligners over an encoder share; a subclass adds its settings and its matcher.

class MyAligner(EncoderAligner[MySettings]):
    Settings = MySettings
    NAME = "mine"

    def matcher(self) -> Matcher: ...
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from itertools import islice
from pathlib import Path
from typing import Any, ClassVar, Generic, TypeVar

from spanferry.aligners.base import WordPair
from spanferry.aligners.encoder.centering import language_means, read_learnt, write_learnt
from spanferry.aligners.encoder.engine import ENGINE, EncoderEngine
from spanferry.aligners.encoder.settings import EncoderSettings, TokenType
from spanferry.aligners.matchers.base import Matcher
from spanferry.data.backends import BackendInfo
from spanferry.data.errors import ConfigError
from spanferry.data.links import Link

S = TypeVar("S", bound=EncoderSettings)


class EncoderAligner(ABC, Generic[S]):
    """A base class, no backend of its own."""

    Settings: ClassVar[type[EncoderSettings]]
    NAME: ClassVar[str]
    #: Part of `info.revision`: raise it with every change of the method that changes links.
    ALGORITHM: ClassVar[str] = "1"
    REQUIRES: ClassVar[tuple[str, ...]] = ("torch", "transformers")
    EXTRA: ClassVar[str] = "neural"

    def __init__(
        self, settings: S | None = None, *, source_language: str = "", target_language: str = ""
    ) -> None:
        self.settings: S = settings or self.Settings()  # type: ignore[assignment]
        self.engine = EncoderEngine(self.settings, user=f"aligner {self.NAME!r}")
        self._loaded = False

    @abstractmethod
    def matcher(self) -> Matcher:
        """The method, with its options; asked for once a call of `align`."""

    def similarity(self, batch: Any) -> Any:
        """What `similarities` shows of a batch of vectors; cosines unless a method says else."""
        from spanferry.aligners.matchers.simalign import cosines

        return cosines(batch)

    @property
    def token_type(self) -> TokenType:
        """What is matched."""
        return getattr(self.settings, "token_type", "bpe")

    @property
    def info(self) -> BackendInfo:
        """Raises: see `spanferry.data.models.find`."""
        model = self.engine.model
        return BackendInfo(
            name=self.NAME,
            revision=f"{model.revision}+{ENGINE}.{self.ALGORITHM}",
            source=model.describe(),
        )

    def setup(self) -> None:
        """Load the encoder; see `EncoderEngine.setup`."""
        self.engine.setup()

    def align(self, pairs: Sequence[WordPair]) -> list[tuple[Link, ...]]:
        """Links of each pair; none where a side has no words.

        Raises:
            ConfigError: `setup` has not been called, or `load` where something is to be learnt of
                the corpus.
        """
        self._check_loaded()
        return self.engine.links(pairs, self.matcher(), self.token_type)

    def similarities(self, pairs: Sequence[WordPair]) -> list[Any]:
        """Of each pair a float32 array [source words, target words]."""
        self._check_loaded()
        return list(self.engine.similarities(pairs, self.similarity, self.token_type))

    @property
    def corpus_pairs(self) -> int:
        """Pairs that `prepare` wants: some if vectors are centered, else none."""
        return self.settings.center_pairs if self.settings.center else 0

    def prepare(self, pairs: Iterable[WordPair], folder: Path) -> None:
        """Learn the languages' means from the first pairs."""
        write_learnt(folder, self.learn(list(islice(pairs, self.corpus_pairs))))

    def learn(self, pairs: Sequence[WordPair]) -> dict[str, Any]:
        """Arrays by name that `prepare` leaves for `take_up`; a subclass may add its own."""
        learnt: dict[str, Any] = {}
        if self.settings.center:
            means = language_means(self.engine, pairs, self.token_type)
            learnt.update(source_mean=means[0], target_mean=means[1])
        return learnt

    def load(self, folder: Path) -> None:
        """Take up what `prepare` left.

        Raises:
            ConfigError: the folder holds nothing of this aligner.
        """
        self.take_up(read_learnt(folder, self.engine.user))
        self._loaded = True

    def take_up(self, learnt: dict[str, Any]) -> None:
        """Use what was learnt; the engine is set up.

        Raises:
            ConfigError: it is not of this aligner and model.
        """
        if self.settings.center:
            means = learnt.get("source_mean"), learnt.get("target_mean")
            shape = (self.engine.width,)
            if not all(mean is not None and mean.shape == shape for mean in means):
                raise ConfigError(
                    f"what the {self.engine.user} learnt of the corpus has no means of "
                    f"{shape[0]} numbers; it was learnt with another model or without align.center"
                )
            self.engine.means = learnt["source_mean"], learnt["target_mean"]

    def _check_loaded(self) -> None:
        if self.corpus_pairs and not self._loaded:
            raise ConfigError(
                f"the {self.engine.user} is to learn from the corpus before it links; call "
                "prepare() and load() first, or leave what wants it out (align.center, and of "
                "simalign align.null_align)"
            )
