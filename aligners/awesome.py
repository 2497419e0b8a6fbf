"""The aligner `awesome`: awesome-align's extraction, and its fine-tuning on the corpus.

Method: Dou and Neubig, "Word Alignment by Fine-tuning Embeddings on Parallel Corpora" (EACL 2021).
"""

from __future__ import annotations

import threading
from collections.abc import Iterable
from itertools import islice
from pathlib import Path
from typing import Any, ClassVar

from pydantic import Field, model_validator

from spanferry.aligners.awesome_checkpoint import loadable
from spanferry.aligners.base import WordPair
from spanferry.aligners.encoder.aligner import EncoderAligner
from spanferry.aligners.encoder.centering import read_learnt, write_learnt
from spanferry.aligners.encoder.engine import ENGINE, EncoderEngine
from spanferry.aligners.encoder.settings import EncoderSettings
from spanferry.aligners.matchers.base import VectorBatch
from spanferry.aligners.matchers.softmax import Extraction, SoftmaxMatcher, link_scores
from spanferry.aligners.symmetrize import Symmetrization
from spanferry.aligners.training.encoder import check_base
from spanferry.aligners.training.finetune import ALGORITHM as TRAINING
from spanferry.aligners.training.finetune import finetune
from spanferry.aligners.training.settings import FinetuneSettings
from spanferry.data import models
from spanferry.data.backends import BackendInfo, require
from spanferry.data.errors import ConfigError
from spanferry.data.training.folders import REPORT

#: Where `prepare` leaves the checkpoint in its folder.
_CHECKPOINT = "checkpoint"


class AwesomeSettings(EncoderSettings):
    """Settings of the aligner `awesome`; defaults are those of the program."""

    #: What changes links and not what is learnt of the corpus.
    AFTER: ClassVar[frozenset[str]] = frozenset({"symmetrization"})

    extraction: Extraction = Field(
        "softmax",
        description="what makes probabilities of dot products: softmax, or entmax (1.5-entmax, "
        "which is sparse; the program calls it entmax15)",
    )
    threshold: float = Field(
        0.001,
        ge=0,
        lt=1,
        description="softmax: probability that a link must exceed; entmax links what is above 0",
    )
    symmetrization: Symmetrization = Field(
        "intersection",
        description="what becomes of the links of both directions, which are between sub-words: "
        "intersection (as the program), union, forward (source to target), reverse, grow-diag, "
        "grow-diag-final, grow-diag-final-and",
    )
    finetune: FinetuneSettings | None = Field(
        None,
        description="tune the model on the corpus before it links it; layer, extraction, "
        "threshold and device are the aligner's where they are not given. none: no tuning",
    )
    finetune_pairs: int = Field(
        50_000, ge=1, description="pairs of the corpus, its first ones, that finetune is given"
    )

    @model_validator(mode="after")
    def _layer_can_be_tuned(self) -> AwesomeSettings:
        tuning = self.finetune
        if tuning is not None and "layer" not in tuning.model_fields_set and self.layer < 1:
            raise ValueError(
                f"layer: {self.layer} cannot be tuned; with finetune it must be 1 or more, "
                "counted from the bottom"
            )
        return self

    @property
    def tuning(self) -> FinetuneSettings | None:
        """`finetune` with what it takes from the aligner."""
        if self.finetune is None:
            return None
        device = self.device if isinstance(self.device, str) else self.device[0]
        taken = {
            "layer": self.layer,
            "extraction": self.extraction,
            "threshold": self.threshold,
            "device": "auto" if device == "all" else device,
        }
        given = self.finetune.model_fields_set
        return self.finetune.model_copy(
            update={name: value for name, value in taken.items() if name not in given}
        )


class AwesomeAligner(EncoderAligner[AwesomeSettings]):
    """awesome-align over any transformers encoder or its own checkpoints; can tune; soft links.

    A link's score is what the program calls its probability (see `matchers.softmax.link_scores`):
    the harmonic mean of two softmaxes at a temperature of the square root of the length. It ranks
    links; it is no chance of being right.
    """

    Settings = AwesomeSettings
    NAME = "awesome"

    def __init__(
        self,
        settings: AwesomeSettings | None = None,
        *,
        source_language: str = "",
        target_language: str = "",
    ) -> None:
        super().__init__(settings, source_language=source_language, target_language=target_language)
        # `engine` becomes that of a mended or tuned checkpoint; what is named stays what it is
        self._named = self.engine
        self._ready = False
        self._tuned: Path | None = None
        self._lock = threading.Lock()

    @property
    def info(self) -> BackendInfo:
        """Raises: see `spanferry.data.models.find`."""
        model = self._named.model
        tuning = f".{TRAINING}" if self.settings.finetune else ""
        return BackendInfo(
            name=self.NAME,
            revision=f"{model.revision}+{ENGINE}.{self.ALGORITHM}{tuning}",
            source=model.describe(),
        )

    def setup(self) -> None:
        """Load the encoder; with `finetune`, only see to it that the model is there.

        Raises: see `EncoderEngine.setup` and `loadable`.
        """
        with self._lock:
            if self._ready:
                return
            require("torch", extra=self.EXTRA, user=self._named.user)
            found = self._fetch()
            with loadable(found) as folder:
                if self.settings.tuning is not None:  # what cannot be tuned shows now
                    check_base(folder, self.settings.tuning.layer)
                else:
                    engine = self._named if folder == found else self._engine(folder)
                    engine.setup()
                    self.engine = engine
            self._ready = True

    def matcher(self) -> SoftmaxMatcher:
        """Softmax or entmax, as the settings say."""
        return SoftmaxMatcher(
            self.settings.extraction, self.settings.threshold, self.settings.symmetrization
        )

    def similarity(self, batch: VectorBatch) -> Any:
        """The score that each link would have."""
        return link_scores(batch.source @ batch.target.mT, batch)

    @property
    def corpus_pairs(self) -> int:
        """Pairs that `prepare` wants: for tuning, for centering, or none."""
        tuned = self.settings.finetune_pairs if self.settings.finetune else 0
        return max(tuned, super().corpus_pairs)

    def prepare(self, pairs: Iterable[WordPair], folder: Path) -> None:
        """Tune the model, then learn the languages' means from the tuned one.

        A call that was killed goes on where its training stopped.

        Raises:
            ConfigError: see `spanferry.aligners.training.finetune.finetune`.
        """
        given = list(islice(pairs, self.corpus_pairs))
        if self.settings.tuning is not None:
            with loadable(self._fetch()) as base:
                finetune(
                    base,
                    given[: self.settings.finetune_pairs],
                    self.settings.tuning,
                    folder / _CHECKPOINT,
                )
            self._use(folder / _CHECKPOINT)
        if self.settings.center:
            write_learnt(folder, self.learn(given[: self.settings.center_pairs]))

    def load(self, folder: Path) -> None:
        """Take up the tuned model and the means.

        Raises:
            ConfigError: the folder holds no finished checkpoint, or no means.
        """
        if self.settings.finetune is not None:
            self._use(folder / _CHECKPOINT)
        if self.settings.center:
            self.take_up(read_learnt(folder, self.engine.user))
        self._loaded = True

    def _check_loaded(self) -> None:
        if self.settings.finetune is not None and not self._loaded:
            raise ConfigError(
                f"the {self._named.user} is to be tuned before it links; call prepare() and "
                "load() first, or leave align.finetune out"
            )
        super()._check_loaded()

    def _use(self, checkpoint: Path) -> None:
        """Go on with a tuned model."""
        if not (checkpoint / REPORT).is_file():
            raise ConfigError(
                f"the {self._named.user} finds no finished checkpoint in {checkpoint.name!r}; "
                "prepare() has not ended"
            )
        if self._tuned != checkpoint:
            engine = self._engine(checkpoint)
            engine.setup()
            self.engine, self._tuned = engine, checkpoint

    def _engine(self, folder: Path) -> EncoderEngine:
        changed = {"model": str(folder), "revision": None}
        return EncoderEngine(self.settings.model_copy(update=changed), user=self._named.user)

    def _fetch(self) -> Path:
        return models.fetch(
            self._named.model, key="align.model", extra=self.EXTRA, user=self._named.user
        )
