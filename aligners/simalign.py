"""SimAlign: links from the similarity of an encoder's hidden states, without any training.

Method: Jalili Sabet, Dufter, Yvon and Schütze (2020), arXiv:2004.08728.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Literal

from pydantic import Field, model_validator

from spanferry.aligners.base import WordPair
from spanferry.aligners.encoder.aligner import EncoderAligner
from spanferry.aligners.encoder.null_words import entropy_threshold
from spanferry.aligners.encoder.settings import EncoderSettings, TokenType
from spanferry.aligners.matchers.base import Matcher, VectorBatch
from spanferry.aligners.matchers.simalign import Method, SimalignMatcher, similarities
from spanferry.aligners.simalign_reference import ReferenceSimalign, package_version
from spanferry.data.backends import BackendInfo
from spanferry.data.errors import ConfigError
from spanferry.data.links import Link


class SimalignSettings(EncoderSettings):
    """Settings of the aligner `simalign`."""

    method: Method | Literal["argmax"] = Field(
        "itermax",
        description="inter (or argmax): pairs that are each other's most similar; itermax: those, "
        "and a second round among the rest, more links; mwmf: the one-to-one matching of greatest "
        "similarity; fwd, rev: the most similar target of each source, or source of each target",
    )
    token_type: TokenType = Field(
        "bpe",
        description="what is compared: sub-words (bpe; words are linked if any of theirs are), or "
        "words (the means of their sub-words)",
    )
    distortion: float = Field(
        0.0, ge=0, le=1, description="weight of the squared difference of relative positions"
    )
    null_align: float = Field(
        1.0,
        gt=0,
        le=1,
        description="share of the links that is kept, those of the words whose similarities are "
        "least evenly spread; the threshold comes from the beginning of the corpus (center_pairs)",
    )
    engine: Literal["batched", "reference"] = Field(
        "batched", description="reference: the package simalign, one pair at a time, no scores"
    )

    @model_validator(mode="after")
    def _reference_can(self) -> SimalignSettings:
        if self.engine == "reference":
            wrong = [
                f"{key}: {getattr(self, key)!r}"
                for key, allowed in _REFERENCE.items()
                if getattr(self, key) not in allowed
            ]
            if wrong:
                raise ValueError(
                    f"engine: reference cannot do {', '.join(wrong)}; it allows "
                    + "; ".join(f"{key}: {', '.join(map(str, v))}" for key, v in _REFERENCE.items())
                )
        return self


#: What the package has.
_REFERENCE: dict[str, tuple[Any, ...]] = {
    "dtype": ("auto", "float32"),
    "center": (False,),
    "null_align": (1.0,),
    "leading_blank": ("auto", False),
}


class SimalignAligner(EncoderAligner[SimalignSettings]):
    """SimAlign over any transformers encoder (mBERT, XLM-R, LaBSE ...); no training, soft links."""

    Settings = SimalignSettings
    NAME = "simalign"

    def __init__(
        self,
        settings: SimalignSettings | None = None,
        *,
        source_language: str = "",
        target_language: str = "",
    ) -> None:
        super().__init__(settings, source_language=source_language, target_language=target_language)
        self._max_entropy: float | None = None
        self._reference: ReferenceSimalign | None = None

    @property
    def method(self) -> Method:
        """The method by the package's name."""
        return "inter" if self.settings.method == "argmax" else self.settings.method

    def setup(self) -> None:
        """Load the encoder, or the package with it.

        Raises: see `EncoderEngine.setup`.
        """
        if self.settings.engine == "batched":
            super().setup()
        elif self._reference is None:
            self._reference = ReferenceSimalign(
                self.settings, self.engine.model, self.method, user=self.engine.user
            )

    @property
    def corpus_pairs(self) -> int:
        """Pairs that `prepare` wants: some for means or the entropy threshold, else none."""
        if self.settings.center or self.settings.null_align < 1:
            return self.settings.center_pairs
        return 0

    def learn(self, pairs: Sequence[WordPair]) -> dict[str, Any]:
        """The means, and the threshold below which `null_align` of all links are."""
        learnt = super().learn(pairs)
        if self.settings.null_align < 1:
            super().take_up(learnt)  # entropies are those of centered vectors
            share = self.settings.null_align
            learnt["max_entropy"] = entropy_threshold(
                self.engine, pairs, self.method, self.settings.distortion, self.token_type, share
            )
        return learnt

    def take_up(self, learnt: dict[str, Any]) -> None:
        super().take_up(learnt)
        if self.settings.null_align < 1:
            if "max_entropy" not in learnt:
                raise ConfigError(
                    f"what the {self.engine.user} learnt of the corpus has no threshold; it was "
                    "learnt without align.null_align"
                )
            self._max_entropy = float(learnt["max_entropy"])

    @property
    def info(self) -> BackendInfo:
        """Raises: see `spanferry.data.models.find`."""
        info = super().info
        if self.settings.engine == "batched":
            return info
        return replace(info, revision=f"{info.revision}+{package_version()}")

    def similarity(self, batch: VectorBatch) -> Any:
        """What the method decides from: (1 + cosine) / 2, weighed by distance."""
        return similarities(batch, self.settings.distortion)

    def similarities(self, pairs: Sequence[WordPair]) -> list[Any]:
        """Of each pair a float32 array [source words, target words], by the batched engine."""
        if self._reference is not None:
            self.engine.setup()
        return super().similarities(pairs)

    def matcher(self) -> Matcher:
        """The method of the settings."""
        return SimalignMatcher(self.method, self.settings.distortion, self._max_entropy)

    def align(self, pairs: Sequence[WordPair]) -> list[tuple[Link, ...]]:
        """Links of each pair; none where a side has no words.

        Raises: see `EncoderAligner.align`.
        """
        if self._reference is not None:
            return self._reference.align(pairs)
        return super().align(pairs)
