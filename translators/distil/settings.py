"""What a student is like, and how it is trained."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator


class StudentSettings(BaseModel):
    """The architecture of a student: a Marian-style transformer.

    A deep encoder and a shallow decoder, since nearly all time of a translation goes into the
    decoder (Kasai et al., "Deep Encoder, Shallow Decoder", ICLR 2021). The defaults are near the
    "tiny" students of Bogoychev et al. ("Edinburgh's Submissions to the 2020 Machine Translation
    Efficiency Task", WNGT 2020): 256 wide, six and two layers.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    vocabulary: int = Field(
        8000,
        ge=100,
        le=64000,
        description="sub-words of both languages together; fewer where the texts do not hold them",
    )
    dimension: int = Field(256, ge=8, description="width of embeddings and layers")
    feed_forward: int = Field(1024, ge=8, description="width inside a feed-forward layer")
    encoder_layers: int = Field(6, ge=1, le=48, description="layers of the encoder")
    decoder_layers: int = Field(2, ge=1, le=48, description="layers of the decoder")
    heads: int = Field(4, ge=1, description="attention heads of a layer; must divide dimension")
    positions: int = Field(
        256, ge=16, le=4096, description="longest sentence in sub-words that it can translate"
    )
    dropout: float = Field(
        0.0,
        ge=0,
        lt=1,
        description="0 suits a teacher's output, which is regular; 0.1 where pairs are few",
    )

    @model_validator(mode="after")
    def _divides(self) -> Self:
        if self.dimension % self.heads:
            raise ValueError(f"heads: {self.heads} does not divide dimension: {self.dimension}")
        if self.dimension % 2:
            raise ValueError(f"dimension: must be even (got {self.dimension})")
        return self


class StudentTrainingSettings(BaseModel):
    """How a student is trained."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    #: Settings that change no result (but for the last bits of a float).
    IDLE: ClassVar[frozenset[str]] = frozenset(
        {"device", "part_tokens", "eval_batch_tokens", "save_every", "log_every"}
    )

    epochs: float = Field(10, gt=0, description="times that the pairs are gone through")
    steps: int | None = Field(
        None, ge=1, description="updates of the weights, whatever the number of epochs"
    )
    batch_tokens: int = Field(
        4096,
        ge=16,
        description="sub-words, padding counted, of the longer side of an update's sentences",
    )
    part_tokens: int = Field(
        16384,
        ge=16,
        description="likewise, in memory at a time; a larger batch_tokens is worked on in parts "
        "whose gradients add up",
    )
    optimizer: Literal["muon", "adamw"] = Field(
        "muon",
        description="muon: steps of equal length in all directions of a matrix, which needs about "
        "half the updates of adamw; embeddings, norms and biases are adamw's in any case",
    )
    learning_rate: float = Field(4e-3, gt=0, description="highest learning rate")
    schedule: Literal["linear", "cosine"] = Field("linear", description="how it falls to zero")
    warmup_steps: int = Field(150, ge=0, description="updates over which the learning rate rises")
    weight_decay: float = Field(0.0, ge=0, description="of matrices")
    max_gradient_norm: float = Field(1.0, gt=0, description="norm that gradients are cut to")
    label_smoothing: float = Field(
        0.0, ge=0, lt=1, description="share of the wanted probability that all sub-words get"
    )
    guide_weight: float = Field(
        0.3,
        ge=0,
        description="weight of the loss by which a head of the last decoder layer learns the "
        "links, where there are links",
    )
    max_tokens: int = Field(
        96, ge=8, description="sub-words of a side; longer pairs are left out and counted"
    )
    typography: float = Field(
        0.15,
        ge=0,
        le=1,
        description="share of the source texts in which plain quotes and dashes become "
        "typographic ones, so that both kinds are understood; translations stay as they are",
    )
    placeholders: float = Field(
        0.05,
        ge=0,
        le=1,
        description="share of the pairs in which names and numbers of both sides become the "
        "placeholders (X1, Q2) by which translate.keep_items saves addresses and pictures",
    )
    capitals: float = Field(
        0.02, ge=0, le=1, description="share of the pairs that, if short, are put in capitals"
    )
    start: Path | None = Field(
        None,
        description="folder of a student's checkpoint to begin with; its vocabulary is taken over "
        "and `student` must describe it",
    )
    eval_every: int | None = Field(
        None, ge=1, description="updates between two evaluations; half an epoch if unset"
    )
    eval_pairs: int = Field(
        300, ge=1, description="held-out pairs that an evaluation translates, the first ones"
    )
    patience: int | None = Field(
        6, ge=1, description="evaluations without a new best after which training stops; or never"
    )
    eval_batch_tokens: int = Field(
        4096, ge=16, description="source sub-words of an evaluation in memory at a time"
    )
    save_every: int = Field(500, ge=1, description="updates that a kill costs at most")
    log_every: int = Field(100, ge=1, description="updates a line of the report is the mean of")
    seed: int = Field(42, ge=0, description="of first weights, order and dropout")
    device: str = Field("auto", description="auto, cpu, cuda, cuda:1, mps")
    dtype: Literal["auto", "float32", "bfloat16"] = Field(
        "auto",
        description="of the model's arithmetic; weights are always float32. auto: bfloat16 where "
        "the device has instructions for it, float32 elsewhere",
    )

    @model_validator(mode="after")
    def _fits(self) -> Self:
        asked = "warmup_steps" in self.model_fields_set  # the default gives way by itself
        if asked and self.steps is not None and self.warmup_steps > self.steps:
            raise ValueError(f"warmup_steps: {self.warmup_steps} is more than steps: {self.steps}")
        return self


class Evaluation(BaseModel):
    """chrF of greedy translations of held-out sentences against the teacher's."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    step: int
    chrf: float = Field(description="0 to 100")


class StudentReport(BaseModel):
    """What a training did."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    ingredients: dict[str, str] = Field(description="what the checkpoint is made of")
    steps: int = Field(description="updates made")
    planned_steps: int = Field(description="updates that were to be made without an early stop")
    kept_step: int = Field(description="updates that the checkpoint has seen")
    examples: int = Field(description="pairs that were learnt from")
    too_long: int = Field(description="pairs that were longer than max_tokens")
    tokens: int = Field(description="sub-words of the targets that were learnt from, once each")
    parameters: int = Field(description="weights of the student")
    vocabulary: int = Field(description="sub-words that it knows")
    linked: bool = Field(description="whether a head was guided by links")
    chrf: float = Field(description="of the checkpoint that was kept; see `Evaluation`")
    losses: list[tuple[int, dict[str, float]]] = Field(
        description="updates made, mean losses a sub-word up to there"
    )
    evaluations: list[Evaluation]
    seconds: float = Field(description="of this run alone; a killed one before it is not counted")
    device: str
