"""Quality filters: each scores a projected record, and accepts or rejects it by that score."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pyarrow as pa
from pydantic import BaseModel, ConfigDict, Field, field_validator

if TYPE_CHECKING:
    from spanferry.projection.filters.base import Filter

#: In the order in which they are asked; the first that rejects gives the reason.
FILTERS: dict[str, str] = {
    "complete": "spanferry.projection.filters.complete:CompleteFilter",
    "identical_to_source": (
        "spanferry.projection.filters.identical_to_source:IdenticalToSourceFilter"
    ),
    "length_ratio": "spanferry.projection.filters.length_ratio:LengthRatioFilter",
    "min_span_score": "spanferry.projection.filters.min_span_score:MinSpanScoreFilter",
    "min_tag_score": "spanferry.projection.filters.min_tag_score:MinTagScoreFilter",
    "min_round_trip": "spanferry.projection.filters.round_trip:RoundTripFilter",
}

SCORE_FIELDS: list[tuple[str, pa.DataType]] = [(f"score_{name}", pa.float32()) for name in FILTERS]


class FilterSettings(BaseModel):
    """What a record must fulfil to be published."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    complete: bool = Field(True, description="reject records with a span that was not projected")
    min_span_score: float = Field(
        0.3, ge=0, le=1, description="lowest confidence of a projected span; 0 accepts all"
    )
    length_ratio: tuple[float, float] | None = Field(
        (0.4, 2.5),
        description="lowest and highest length of translation over source; null accepts all",
    )
    identical_to_source: bool = Field(
        True, description="reject records whose unlabelled words all stayed as they were"
    )
    min_tag_score: float = Field(
        0, ge=0, le=1, description="lowest mean confidence of the word tags; 0 accepts all"
    )
    min_round_trip: float = Field(
        0,
        ge=0,
        le=1,
        description="lowest chrF of the translation back (backend round_trip) against the source; "
        "0 accepts all",
    )

    @field_validator("length_ratio")
    @classmethod
    def _in_order(cls, value: tuple[float, float] | None) -> tuple[float, float] | None:
        if value is not None and not 0 < value[0] <= value[1]:
            raise ValueError("must be [low, high] with 0 < low <= high")
        return value


def build(settings: FilterSettings) -> list[Filter]:
    """All filters in order. One that is switched off still scores, and accepts everything."""
    from spanferry.data.backends import load

    def make(name: str) -> Any:
        return load("filters", name, FILTERS)(getattr(settings, name))

    return [make(name) for name in FILTERS]
