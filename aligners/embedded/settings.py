"""Settings of the aligner `embedded`, with the constants that were fitted."""

from __future__ import annotations

from typing import ClassVar

from pydantic import BaseModel, ConfigDict, Field

#: Defaults of three settings: where the encoder knows both languages, and where it does not.
STRING_WEIGHT = (0.15, 0.3)
LEXICON_PAIRS = (0, 20_000)
LEXICON_WEIGHT = (0.15, 1.0)


class EmbeddedAlignerSettings(BaseModel):
    """Settings of the aligner `embedded`.

    Fitted on the Hansards English-French word alignments (447 pairs; AER 7.9 at a score of 0.5),
    the links that awesome-align gives for English-Spanish reviews, and F1 of projected spans.
    AER moves by 0.1 at most with a null similarity of 0.3 or 0.36, pieces of 0.1 or 0.2, or a round
    more, by 0.4 without pieces, without competition or with twice the spelling; neighbours (15.6
    without) and distance (8.9) matter most. `tests/bench/embedded.py` prints the table. Constants
    fitted on one half of the pairs only have AER 7.4 and 8.1 on the other half, these 7.4 and 8.4.

    What holds for a language outside the encoder's was fitted on French and Spanish rewritten into
    words that it cannot know (`tests/bench/embedded_unknown.py`).
    """

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
        f"null: {STRING_WEIGHT[0]}, and {STRING_WEIGHT[1]} with a language that the encoder "
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
    lexicon_weight: float | None = Field(
        None,
        ge=0,
        le=2,
        description="weight of what was learnt from the corpus; "
        f"null: {LEXICON_WEIGHT[0]}, and {LEXICON_WEIGHT[1]} with a language that the encoder does "
        "not know",
    )
    cached_words: int = Field(
        100_000, ge=1, description="word vectors kept in memory, 1,280 bytes each"
    )
