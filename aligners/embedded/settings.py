"""Settings of the aligner `embedded`, with the constants that were fitted."""

from __future__ import annotations

from typing import ClassVar

from pydantic import BaseModel, ConfigDict, Field

#: `string_weight` and `lexicon_pairs` where the encoder knows both languages, and where not.
STRING_WEIGHTS = (0.05, 0.4)
LEXICON_PAIRS = (0, 20_000)


class EmbeddedAlignerSettings(BaseModel):
    """Settings of the aligner `embedded`."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    IDLE: ClassVar[frozenset[str]] = frozenset({"cached_words"})

    min_score: float = Field(
        0.1, ge=0, le=1, description="links with a lower score are not given; 0.5 for hard links"
    )
    mutual: bool = Field(
        False, description="only links than which neither of their words has a better one"
    )
    temperature: float = Field(
        0.07, gt=0.01, description="of the softmax over the words of the other side"
    )
    null_similarity: float = Field(
        0.33, ge=0, le=1, description="similarity at which a word prefers to have no partner"
    )
    distance_weight: float = Field(
        0.4, ge=0, description="weight of the squared difference of relative positions"
    )
    neighbour_weight: float = Field(
        0.75, ge=0, le=2, description="weight of the mean score of a pair's neighbours"
    )
    competition: float = Field(
        0.05, ge=0, le=1, description="weight of what a pair's words are linked to besides"
    )
    rounds: int = Field(
        2, ge=0, le=10, description="how often neighbours and competitors are looked at"
    )
    piece_weight: float = Field(
        0.15, ge=0, le=1, description="share of the sub-words' vectors in the similarity"
    )
    string_weight: float | None = Field(
        None,
        ge=0,
        le=1,
        description="weight of the likeness of spellings, in Latin letters; "
        f"null: {STRING_WEIGHTS[0]}, and {STRING_WEIGHTS[1]} with a language that the encoder "
        "does not know",
    )
    center: bool = Field(
        False, description="take away half of the mean vector of each language, learnt beforehand"
    )
    lexicon_pairs: int | None = Field(
        None,
        ge=0,
        le=1_000_000,
        description="pairs of the corpus from which it is learnt which words translate one "
        f"another; null: {LEXICON_PAIRS[0]}, and {LEXICON_PAIRS[1]} with a language that the "
        "encoder does not know",
    )
    lexicon_weight: float = Field(
        0.15, ge=0, le=2, description="weight of what was learnt from the corpus"
    )
    cached_words: int = Field(
        100_000, ge=1, description="word vectors kept in memory, 1,280 bytes each"
    )
