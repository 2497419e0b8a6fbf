"""Settings of the method `tprojection`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from pydantic import Field

from spanferry.projection.methods.proposals import ProposalSettings

#: Weight of the alignment beside the translation scores.
LINKS_WEIGHT = 0.5


class TProjectionSettings(ProposalSettings):
    """Where candidates come from, and how they are chosen.

    The published method is `{ngrams: never, directions: both, normalise: self, links_weight: 0}`
    with a many-to-many model as `scorer` and a generator as `candidates`.
    """

    ngrams: Literal["missing", "always", "never"] = Field(
        "missing",
        description="runs of words near the aligned place as candidates: missing: for spans that "
        "the generator (`candidates`) has none for, which are all where there is no generator; "
        "always: beside the generator's; never: not at all",
    )
    most: int = Field(
        8,
        ge=1,
        description="n-gram candidates of a span, four times as many where it has no links; each "
        "costs one scored pair in each direction",
    )
    reach: int = Field(
        3,
        ge=0,
        description="how far the middle of an n-gram may lie from that of the likeliest one by the "
        "links, in words; 0: only those that the method alignment would choose from",
    )
    parts_of_words: bool = Field(
        False,
        description="a generated candidate that is no word of the translation may be how a word "
        "begins (agglutinating languages) or, where characters are labelled, any part of one",
    )
    tags: Mapping[str, str] = Field(
        default_factory=dict,
        description="label to the name that it has in the generator's tags, as in its training; "
        "PER, LOC, ORG, MISC and TARGET are Person, Location, Organization, Miscellaneous and "
        "Target, any other label is its own name",
    )
    directions: Literal["auto", "both", "forward", "backward"] = Field(
        "auto",
        description="forward: how probable a candidate is as translation of the span; backward: "
        "how probable the span is as translation of the candidate; both: their mean, which needs "
        "a `back_scorer` or a `scorer` that translates both ways; auto: both where there is a "
        "`back_scorer`, otherwise forward",
    )
    normalise: Literal["best", "self", "none"] = Field(
        "best",
        description="what a probability is divided by: best: the largest of the span's candidates; "
        "self: that of the text as translation of itself (NMTScore), which only many-to-many "
        "models can tell; none: nothing",
    )
    links_weight: float = Field(
        LINKS_WEIGHT,
        ge=0,
        description="weight of the log-probability that the alignment gives a candidate; 0: the "
        "translation scores decide alone, as published",
    )
