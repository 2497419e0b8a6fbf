"""How a text-to-text model is trained, and what came of it."""

from __future__ import annotations

from typing import ClassVar, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator


class GenerationTrainingSettings(BaseModel):
    """Settings of training a text-to-text model.

    Rate, its cosine, batches of eight and ten epochs with the best by the F1 of greedy outputs are
    those of T-Projection (Garcia-Ferrero, Agerri and Rigau, "T-Projection: High Quality Annotation
    Projection for Sequence Labeling Tasks", Findings of EMNLP 2023).
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    #: Settings that change no result (but for the last bits of a float).
    IDLE: ClassVar[frozenset[str]] = frozenset(
        {"device", "batch_tokens", "eval_batch_tokens", "save_every", "log_every"}
    )

    epochs: float = Field(10, gt=0, description="times that the examples are gone through")
    steps: int | None = Field(
        None, ge=1, description="updates of the weights, whatever the number of epochs"
    )
    batch_size: int = Field(8, ge=1, description="examples of an update, of about one length")
    batch_tokens: int = Field(
        4096,
        ge=1,
        description="sub-words, padding counted, of inputs and outputs in memory at a time; larger "
        "batches are worked on in parts whose gradients add up",
    )
    eval_batch_tokens: int = Field(
        8192, ge=1, description="input sub-words of the evaluation in memory at a time"
    )
    learning_rate: float = Field(1e-4, gt=0, description="highest learning rate")
    schedule: Literal["linear", "cosine"] = Field("cosine", description="how it falls to zero")
    warmup_steps: int = Field(0, ge=0, description="updates over which the learning rate rises")
    weight_decay: float = Field(0.0, ge=0, description="of matrices")
    max_gradient_norm: float = Field(1.0, gt=0, description="norm that gradients are cut to")
    label_smoothing: float = Field(
        0.0, ge=0, lt=1, description="share of the wanted probability that all sub-words get"
    )
    max_tokens: int = Field(
        256,
        ge=8,
        description="sub-words of an input or an output; longer texts are cut between sentences, "
        "or left out where a span is in the way",
    )
    tag_tokens: bool = Field(
        True,
        description="a tag is one sub-word, added to the model where it has none; otherwise tags "
        "are spelled with the sub-words that are there, which not all models can (T5 has no <)",
    )
    held_out: float = Field(
        0.05, gt=0, lt=1, description="share of the records that are set apart for the evaluation"
    )
    max_held_out: int = Field(1000, ge=1, description="most records that are set apart")
    eval_every: int | None = Field(
        None, ge=1, description="updates between two evaluations; an epoch if unset"
    )
    patience: int | None = Field(
        3, ge=1, description="evaluations without a new best after which training stops; or never"
    )
    save_every: int = Field(500, ge=1, description="updates that a kill costs at most")
    log_every: int = Field(100, ge=1, description="updates a line of the report is the mean of")
    seed: int = Field(42, ge=0, description="of the order, dropout and held-out records")
    device: str = Field("auto", description="auto, cpu, cuda, cuda:1, mps")
    dtype: Literal["auto", "float32", "bfloat16"] = Field(
        "auto",
        description="of the model's arithmetic; weights are always float32. auto: bfloat16 on a "
        "GPU that has it, float32 elsewhere",
    )

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if self.steps is not None and self.warmup_steps > self.steps:
            raise ValueError(f"warmup_steps: {self.warmup_steps} is more than steps: {self.steps}")
        return self


class Evaluation(BaseModel):
    """F1 of the spans of greedy outputs after some updates."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    step: int
    f1: float


class GenerationReport(BaseModel):
    """What a training did; `training.json` beside the checkpoint."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    ingredients: dict[str, str] = Field(description="what the checkpoint is made of")
    steps: int = Field(description="updates made")
    planned_steps: int = Field(description="updates that were to be made without an early stop")
    kept_step: int = Field(description="updates that the checkpoint has seen")
    examples: int = Field(description="examples that were learnt from")
    held_out: int = Field(description="examples of the evaluation")
    skipped: dict[str, int] = Field(description="what was not learnt from, by reason")
    added_tokens: list[str] = Field(description="tags that became sub-words of the model")
    f1: float = Field(description="of the checkpoint that was kept, see `Evaluation`")
    exact: float = Field(description="share of its outputs that have all spans right")
    losses: list[tuple[int, float]] = Field(description="updates made, mean loss up to there")
    evaluations: list[Evaluation]
