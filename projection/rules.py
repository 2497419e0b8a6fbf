"""The rules of alignment projection and their constants, in one place.

How a span is placed, step by step (`alignment.py` runs them; each has a case in the tests):

1. *Links.* A link between a punctuation mark and a word is ignored: the comma of `sea urchin ,`
   links to `mar,`, yet says nothing of `mar`. A link between a stop word and another word counts
   little (`staff` -> `el`), and nothing where either has a link to its own kind that is as good
   (`Pam's` -> `el`, `Pam`). A word with several links shares its mass out: each link is divided
   by the root of what leaves its source word times what arrives at its target word, where these
   exceed 1. In a language without a list of stop words, those are the words whose strongest link
   leads to a stop word.
2. *Completion.* A word without links is linked weakly to a word without links on the other side
   where words beside both are linked (`grilled branzino` -> `branzino a la parrilla`), content
   word to content word and stop word to stop word.
3. *Evidence.* Each target word has log((inside + a) / (outside + a)): the link mass that it shares
   with the span's words against that with all others. Links of source stop words and marks count
   little, and so does the evidence of target stop words and marks: every translation moves them.
   A word without links costs a little.
4. *Candidates.* Contiguous target words around those with the largest sums, and from and to the
   nearest boundaries of clauses (`segments.py`).
5. *Ranking.* Each candidate gets a probability from what is told of it: its evidence, what it
   covers and what it lacks, its length, what stands at both sides of its edges, whether it begins
   and ends where its clause does, and what its words have in common with the span's (`features.py`,
   `edge_features.py`, `ranking.py`). The weights are fitted on gold.
6. *Joint decision.* Spans that do not overlap in the source do not overlap in the translation; of
   all choices that keep to this, the likeliest is made (`joint.py`).
7. *Characters.* See `edges.py`: punctuation that the source span does not begin or end with is cut
   off, also inside a word; so is an elided article (`l'`) that the source span does not have. A
   span on a part of a word is a part of a word where characters are labelled (`word_parts.py`).
8. *Confidence.* The calibrated probability that the span is exactly right (`confidence.py`).

A text that is its own translation keeps its spans.
"""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

#: Why a span is missing. Every `MissingSpan` of this method has one of these.
REASONS: dict[str, str] = {
    "no_words": "the span covers no word of the text, or the translation has no words",
    "no_links": "none of the span's words has a link",
    "weak_links": "the span's links together weigh less than `min_mass`",
    "outside_segment": "all its links lead out of the stretches that translate its sentence",
    "claimed": "all its places belong to spans that do not overlap it in the source",
    "doubtful": "the confidence is below `min_confidence`",
}


class AlignmentSettings(BaseModel):
    """Constants of the method `alignment`, one setting for all languages and labels.

    Those of rules 1 to 3 were fitted on English-Spanish opinion targets (SemEval 2016, training
    part, links of the embedded aligner, awesome-align and SimAlign) and English-German entities
    (Europarl). The weights of the ranking are in `ranking.json`.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    smoothing: float = Field(0.1, gt=0, description="a in log((inside + a) / (outside + a))")
    minor_weight: float = Field(
        0.3,
        ge=0,
        le=1,
        description="weight of stop words and punctuation marks, where other words have 1: of a "
        "source word's links, of a target word's evidence, and of a link between a stop word and "
        "a word that is none",
    )
    unlinked_cost: float = Field(
        0.4,
        ge=0,
        description="cost of a target word without links inside a span; half of it for stop words "
        "and punctuation marks",
    )
    full_mass: float = Field(
        0.5, gt=0, le=1, description="link mass from which a word counts as linked"
    )
    completion: float = Field(
        0.5, ge=0, le=1, description="weight of links between words that had none; 0 turns them off"
    )
    completion_decay: float = Field(
        0.5, gt=0, lt=1, description="factor by which it falls with each word of distance"
    )
    completion_reach: int = Field(2, ge=1, description="greatest distance, in words")
    min_mass: float = Field(
        0.03, ge=0, description="link mass that a span must have in its target segment"
    )
    min_confidence: float = Field(
        0.1,
        ge=0,
        le=1,
        description="a span whose confidence is lower counts as missing (`doubtful`); to keep it "
        "and reject its record, use the filter `min_span_score`",
    )
    weights: Literal["auto", "embedded", "any"] = Field(
        "auto",
        description="weights of the ranking: those for links of the aligner `embedded`, or for "
        "those of any aligner; auto: by the aligner of the build",
    )
    likeness: Literal["auto", "embedded", "none"] = Field(
        "auto",
        description="word vectors beside the links: those of the extra `embedded`, or none; auto: "
        "where they are installed. Pairs of languages that they do not know go without",
    )
    split_spans: bool = Field(
        False,
        description="a contiguous span may become a discontinuous one where the counterpart of one "
        "of its words stands apart; spans that are discontinuous in the source always may, unless "
        "the corpus is labelled word by word",
    )
