"""Settings of a fine-tuning run."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from spanferry.aligners.matchers.softmax import Extraction

Objective = Literal["masked", "translation", "parallel", "self_training", "consistency"]

#: Objectives whose inputs hold both sentences of a pair.
JOINED: frozenset[Objective] = frozenset({"translation", "parallel"})


def _defaults() -> dict[Objective, float]:
    return {"masked": 1.0, "translation": 1.0, "parallel": 1.0, "self_training": 1.0}


class FinetuneSettings(BaseModel):
    """Settings of `finetune`.

    Defaults are those of awesome-align 0.1.7 (its options in brackets), and the objectives that its
    documentation recommends for parallel text without gold links: all but consistency, which the
    program leaves off too. Its batches of 2 with 4 accumulated ones are a batch of 8 here.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    #: Settings that change no result: where it runs, and how often it is saved and reported.
    IDLE: ClassVar[frozenset[str]] = frozenset({"device", "save_every", "log_every"})

    objectives: dict[Objective, Annotated[float, Field(gt=0)]] = Field(
        default_factory=_defaults,
        min_length=1,
        description="weight of each objective that is on: masked (masked words of one sentence "
        "are guessed, train_mlm), translation (of a pair side by side, train_tlm), parallel (is "
        "a pair a translation, train_psi), self_training (links that both directions agree on "
        "are made surer, train_so), consistency (the two directions are made alike, train_co)",
    )
    both_orders: bool = Field(
        True,
        description="translation: a pair is learnt in both orders; otherwise a step draws one of "
        "them (train_tlm_full)",
    )
    epochs: float = Field(1.0, gt=0, description="times that the pairs are gone through")
    steps: int | None = Field(
        None, ge=1, description="updates to make, whatever the number of epochs (max_steps)"
    )
    batch_size: int = Field(8, ge=1, description="pairs that an update of the weights looks at")
    batch_tokens: int = Field(
        8192,
        ge=1,
        description="sub-words, padding counted, of both sides in memory at a time; larger "
        "batches are worked on in parts whose gradients add up",
    )
    learning_rate: float = Field(2e-5, gt=0, description="highest learning rate")
    warmup_steps: int = Field(0, ge=0, description="updates over which the learning rate rises")
    weight_decay: float = Field(0.0, ge=0, description="decay of matrices, not of biases, norms")
    adam_epsilon: float = Field(1e-8, gt=0, description="epsilon of AdamW")
    max_gradient_norm: float = Field(1.0, gt=0, description="norm that gradients are cut to")
    masked_share: float = Field(
        0.15, gt=0, lt=1, description="share of sub-words that is masked (mlm_probability)"
    )
    layer: int = Field(8, ge=1, description="layer whose vectors make links (align_layer)")
    extraction: Extraction = Field("softmax", description="what makes probabilities of products")
    threshold: float = Field(
        0.001, ge=0, lt=1, description="probability that both directions must exceed, for softmax"
    )
    max_length: int = Field(
        512,
        ge=8,
        description="sub-words of a sentence, special ones counted, never more than the model "
        "has positions; longer pairs are skipped and counted. Objectives that join a pair leave "
        "out those with a side of more than half of it",
    )
    eval_every: int = Field(500, ge=1, description="updates between two scores on gold links")
    patience: int | None = Field(
        None, ge=1, description="scores in a row that are no new best before training stops early"
    )
    save_every: int = Field(500, ge=1, description="updates that a kill costs at most")
    log_every: int = Field(100, ge=1, description="updates a line of the report is the mean of")
    seed: int = Field(42, ge=0, description="of masks, order, dropout and new weights")
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

    @property
    def joined(self) -> bool:
        """Whether an objective is on whose inputs hold both sentences."""
        return bool(JOINED & self.objectives.keys())
