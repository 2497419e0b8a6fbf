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
4. *Segment.* The contiguous target words with the largest sum are the span. So gaps are filled
   when what lies beyond is worth more than they cost; of several runs the best wins.
5. *Conflicts.* Spans are placed in the order of their sums. A word that is taken is closed to
   every span that does not overlap its owner in the source; such a span is placed anew.
6. *Shared edges.* A clause that begins where its sentence does, or after punctuation, begins so
   in the translation: the words in between are taken in unless they are linked elsewhere
   (`Service was prompt` -> `El servicio fue rápido`). The same holds for its end. Short spans do
   not: `Service` is `servicio`.
7. *Characters.* See `edges.py`: punctuation that the source span does not begin or end with is cut
   off, also inside a word; so is an elided article (`l'`) that the source span does not have.
"""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field

#: Why a span is missing. Every `MissingSpan` of this method has one of these.
REASONS: dict[str, str] = {
    "no_words": "the span covers no word of the text, or the translation has no words",
    "no_links": "none of the span's words has a link",
    "weak_links": "the span's links together weigh less than `min_mass`",
    "outside_segment": "all its links lead out of the stretches that translate its sentence",
    "claimed": "all words it is linked to belong to spans that do not overlap it in the source",
}


class AlignmentSettings(BaseModel):
    """Constants of the method `alignment`, one setting for all languages and labels.

    Fitted on English-Spanish opinion targets (SemEval 2016, training part, links of the embedded
    aligner, awesome-align and SimAlign) and English-German entities (Europarl), and checked on
    whole clauses of both. Half as much again, or half as much, of any of them moves F1 by 1.4
    points at most; on clauses, 2.7.
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
    clause_words: int = Field(
        5, ge=1, description="words from which a span is taken for a clause, which shares edges"
    )
    clause_slack: float = Field(
        0.5,
        ge=0,
        description="evidence against a word up to which it does not stop a clause from sharing an "
        "edge: the cost of a word without links, and room for weak ones",
    )
    min_mass: float = Field(
        0.1, ge=0, description="link mass that a span must have in its target segment"
    )
