"""The aligner `ot`: optimal transport between the words of two sentences."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from spanferry.aligners.encoder.aligner import EncoderAligner
from spanferry.aligners.encoder.settings import EncoderSettings, TokenType
from spanferry.aligners.matchers.base import Matcher
from spanferry.aligners.matchers.transport import TransportMatcher


class OTSettings(EncoderSettings):
    """Settings of the aligner `ot`.

    Fitted on one half of the Hansards English-French word alignments (447 pairs) with layer 10 of
    Gemma 3 270M, its words given with the blank before them. AER on the other half, with the same
    threshold for all kinds: unbalanced 10.8, partial 11.0, balanced 13.0 (11.7 with a null_cost of
    0.3), against 13.3 for pairs of words that are each other's most similar. With layer 12 and
    centered vectors a threshold of 0.6 is better than 0.45 (15.1 and 16.0, against 17.5).
    """

    kind: Literal["balanced", "partial", "unbalanced"] = Field(
        "unbalanced",
        description="balanced: all mass is moved, each word is linked somewhere unless the "
        "threshold or null_cost prevents it; partial: the share `mass` of it is; unbalanced: as "
        "much as is worth it (relaxation)",
    )
    token_type: TokenType = Field(
        "word",
        description="what is compared: words (the means of their sub-words), or sub-words (bpe; "
        "words are linked if any of theirs are)",
    )
    regularisation: float = Field(
        0.03,
        ge=0.005,
        le=10,
        description="weight of the plan's entropy; the lower the sharper; costs go from 0 to 1",
    )
    mass: float = Field(0.8, gt=0, le=1, description="partial: share of the mass that is moved")
    relaxation: float = Field(
        0.1,
        gt=0,
        description="unbalanced: price of moving more or less of a word than its mass; the higher "
        "the nearer to balanced",
    )
    null_cost: float | None = Field(
        None,
        ge=0,
        description="balanced: cost at which mass rather goes to a null word (0 to 1; the lower, "
        "the more words stay without link); none: no null word",
    )
    marginals: Literal["uniform", "norm"] = Field(
        "uniform", description="mass of a word: all the same, or by the length of its vector"
    )
    distortion: float = Field(
        0.0, ge=0, description="added cost: this times the squared difference of relative positions"
    )
    threshold: float = Field(
        0.45,
        gt=0,
        le=1,
        description="lowest score of a link: the harmonic mean of its shares in what its source "
        "word sends and in what its target word gets",
    )
    rounds: int = Field(
        200, ge=1, description="most scalings of the plan; a pair stops when its plan is settled"
    )

    @model_validator(mode="after")
    def _null_is_for_balanced(self) -> OTSettings:
        if self.null_cost is not None and self.kind != "balanced":
            raise ValueError(
                f"null_cost: {self.null_cost} is for kind: balanced; with kind: {self.kind}, "
                f"{'mass' if self.kind == 'partial' else 'relaxation'} says how much stays unlinked"
            )
        return self


class OTAligner(EncoderAligner[OTSettings]):
    """Balanced, partial or unbalanced optimal transport over any transformers encoder; soft links.

    Words without partner keep their mass (Arase et al. 2023).
    """

    Settings = OTSettings
    NAME = "ot"

    def matcher(self) -> Matcher:
        """Transport, as the settings say."""
        given = self.settings
        return TransportMatcher(
            given.kind,
            given.regularisation,
            given.mass,
            given.relaxation,
            given.null_cost,
            given.marginals,
            given.distortion,
            given.threshold,
            given.rounds,
        )
