"""Settings of the method `constrained`."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from spanferry.projection.methods.constrained.seen import Scoring
from spanferry.projection.methods.proposals import ProposalSettings

#: An opening and a closing marker, with a blank between them.
Markers = Annotated[str, StringConstraints(pattern=r"^\S+ \S+$")]


class ConstrainedSettings(ProposalSettings):
    """Settings of the method `constrained`."""

    markers: tuple[Markers, ...] = Field(
        ("[ ]",),
        min_length=1,
        description="pairs of markers, each one sub-word of the model; a text that holds one gets "
        "the next pair (models trained with markers know square brackets)",
    )
    boundaries: Literal["words", "pieces"] = Field(
        "words", description="where markers may stand: between words, or between sub-words"
    )
    n_best: int = Field(5, ge=1, le=64, description="places that are looked for, of each span")
    margin: float = Field(
        10.0,
        ge=0,
        description="places this much less probable (nats) than the best are not looked for",
    )
    max_states: int = Field(
        64,
        ge=2,
        description="openings and places that are looked into for a span at most; the search then "
        "ends with the best that was found so far",
    )
    scoring: Scoring = Field(
        "logits",
        description="how the model is asked what a marker costs: one row for all places of a "
        "sentence, computed position by position (logits), or a row a place, all positions at "
        "once (prefixes)",
    )
