"""Settings of the aligner `eflomal`."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field

from spanferry.aligners.bitext import Bitext
from spanferry.aligners.symmetrize import Symmetrization


class EflomalAlignerSettings(BaseModel):
    """Settings of the aligner `eflomal`."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    #: What changes no link, or is told by the revision (the contents of `bitext`).
    IDLE: ClassVar[frozenset[str]] = frozenset({"threads", "bitext"})
    #: What changes links and not what is learnt of the corpus.
    AFTER: ClassVar[frozenset[str]] = frozenset(
        {"symmetrization", "min_score", "length_with_priors"}
    )

    corpus_pairs: int = Field(
        100_000,
        ge=0,
        description="first pairs of the corpus that the priors are learnt from; 0: bitext alone, "
        "or if there is none, each shard on its own",
    )
    bitext: tuple[Bitext, ...] = Field(
        (), description="more parallel text to learn from: {source: FILE, target: FILE} line by "
        "line, or {joined: FILE} of lines `source ||| target` or with a tab; compressed or not"
    )  # fmt: skip
    symmetrization: Symmetrization = Field(
        "grow-diag-final-and", description="how the links of both directions are made one"
    )
    min_score: float = Field(0.0, ge=0, le=1, description="links with a lower score are not given")
    samplers: int = Field(
        3,
        ge=1,
        le=99,
        description="independent runs in each direction, which vote; an odd number, or links of "
        "half of them get lost; time grows with it, mistakes become fewer",
    )
    source_stem: int = Field(
        0,
        ge=-50,
        le=50,
        description="source words count as the same if their first so many characters are (-4: "
        "their last four); 0: all characters; helps with little text and many endings",
    )
    target_stem: int = Field(0, ge=-50, le=50, description="likewise, of target words")
    length: float = Field(
        1.0, gt=0, le=100, description="sweeps over a text, relative to eflomal's own default"
    )
    length_with_priors: float = Field(
        0.3, gt=0, le=100, description="likewise, over a shard that is aligned with priors"
    )
    null_prior: float = Field(
        0.2, gt=0, lt=1, description="probability that a word has no link, before anything is seen"
    )
    seed: int = Field(1, description="of the random numbers")
    threads: Annotated[int, Field(ge=1)] | Literal["auto"] = Field(
        "auto", description="runs at a time, a core each, of all shards together; auto: all cores"
    )
