"""How a supervised aligner is trained, and what came of it."""

from __future__ import annotations

from typing import ClassVar

from pydantic import BaseModel, ConfigDict, Field

from spanferry.aligners.supervised.checkpoint import Kind
from spanferry.aligners.supervised.settings import (
    BINARY_THRESHOLD,
    MARKER,
    OVERLAP,
    SPANS_THRESHOLD,
    WINDOW,
)


class TrainingSettings(BaseModel):
    """Settings of training on gold links.

    Rates lie between those of the papers: 3e-5 for two epochs of six rows a step (spans), 2e-5 for
    five epochs of eight rows a step (binary).
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    #: Settings that change no result (but for the last bits of a float).
    IDLE: ClassVar[frozenset[str]] = frozenset({"device", "batch_tokens", "save_every"})

    kind: Kind = Field(description="the aligner to train for: spans or binary")
    epochs: float = Field(5, gt=0, description="how often each marked word is seen")
    steps: int | None = Field(
        None, ge=1, description="updates of the weights; epochs count if not given"
    )
    batch_rows: int = Field(16, ge=1, description="marked words of an update")
    learning_rate: float = Field(3e-5, gt=0, description="the highest one")
    warmup: float = Field(0.1, ge=0, le=1, description="share of the steps over which it rises")
    weight_decay: float = Field(0.01, ge=0, description="of matrices")
    held_out: float = Field(
        0.1, gt=0, lt=1, description="share of the pairs that are set apart for the evaluation"
    )
    eval_every: int | None = Field(
        None, ge=1, description="updates between two evaluations; half an epoch if not given"
    )
    patience: int | None = Field(
        6, ge=1, description="evaluations without a new best after which training stops; or never"
    )
    threshold: float | None = Field(
        None,
        ge=0,
        lt=1,
        description=f"of the evaluation; {SPANS_THRESHOLD} for spans and {BINARY_THRESHOLD} for "
        "binary if not given",
    )
    marker: str = Field(
        MARKER,
        min_length=1,
        description="what encloses the marked word; a token is added if the tokenizer has none",
    )
    window: int = Field(WINDOW, ge=32, description="sub-words that the model reads at once")
    overlap: int = Field(OVERLAP, ge=0, description="sub-words that two windows share")
    seed: int = Field(42, ge=0, description="of the new head, the order, dropout, held-out pairs")
    save_every: int = Field(200, ge=1, description="updates between two saved states")
    device: str = Field(
        "auto", pattern=r"^(auto|cpu|cuda(:\d+)?)$", description="cpu, cuda, cuda:1 ..., or auto"
    )
    batch_tokens: int = Field(
        8192, ge=1, description="sub-words that go through the model at once, padding included"
    )

    @property
    def threshold_of_kind(self) -> float:
        """The threshold of the evaluation."""
        if self.threshold is not None:
            return self.threshold
        return SPANS_THRESHOLD if self.kind == "spans" else BINARY_THRESHOLD


class Evaluation(BaseModel):
    """The alignment error rate on the held-out pairs after some updates."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    step: int
    aer: float


class Report(BaseModel):
    """What a run did; `training.json` beside the checkpoint, where aligners find the marker."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: Kind
    marker: str
    threshold: float = Field(description="of the evaluations")
    ingredients: dict[str, str] = Field(description="what the checkpoint is made of")
    steps: int = Field(description="updates made")
    planned_steps: int = Field(description="updates that were to be made without an early stop")
    kept_step: int = Field(description="updates that the checkpoint has seen")
    pairs: int = Field(description="gold pairs that were trained on")
    examples: int = Field(description="marked words that were trained on, in both directions")
    held_out_pairs: int
    aer: float = Field(description="of the checkpoint on the held-out pairs")
    precision: float
    recall: float
    losses: list[tuple[int, float]] = Field(description="(updates made, mean loss since the last)")
    evaluations: list[Evaluation]
