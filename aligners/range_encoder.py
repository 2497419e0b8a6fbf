"""Encoders of parts of texts: settings, and the encoder that they ask for.

`embedded` is the sentence encoder that comes as a wheel: it is given each part on its own. Every
other model is one of transformers: it is given each text once, and the vector of a part is the mean
of its sub-words' in the context of the whole text.
"""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal, Protocol

from pydantic import BaseModel, ConfigDict, Field, model_validator

from spanferry.aligners.encoder.settings import Device, Dtype, EncoderSettings

#: The name of the encoder that needs no checkpoint.
EMBEDDED = "embedded"


class RangeEncoderSettings(BaseModel):
    """Settings of the encoder of spans and of the places where they could go."""

    model_config = ConfigDict(extra="forbid", frozen=True, protected_namespaces=())

    #: What changes nothing about the vectors but their last digits, or is told by the revision.
    IDLE: ClassVar[frozenset[str]] = frozenset(
        {"model", "revision", "device", "batch_tokens", "threads"}
    )

    model: str = Field(
        EMBEDDED,
        min_length=1,
        description="embedded: the sentence encoder of the extra `embedded`, 15 languages, parts "
        "of texts without their context; otherwise a Hub id or the folder of a transformers "
        "checkpoint with a fast tokenizer, parts in context. The other settings are for the latter",
    )
    revision: str | None = Field(None, description="commit, tag or branch of a Hub id")
    layer: int = Field(
        8,
        description="hidden states to take: 0 is the embeddings; negative counts from the top",
    )
    center: float = Field(
        0.9, ge=0, le=1, description="share of the mean vector of its text that is taken from each"
    )
    dtype: Dtype | Literal["auto"] = Field("auto", description="arithmetic, as of an aligner")
    device: Device | Annotated[tuple[Device, ...], Field(min_length=1)] = Field(
        "auto", description="cpu, cuda, cuda:1, a list of several, all (GPUs), or auto"
    )
    batch_tokens: Annotated[int, Field(ge=1)] | Literal["auto"] = Field(
        "auto", description="sub-words in a forward pass, padding included"
    )
    threads: Annotated[int, Field(ge=1)] | Literal["auto"] = Field(
        "auto", description="CPU threads of a forward pass; auto: PyTorch's own choice"
    )
    window: int = Field(
        512,
        ge=8,
        description="sub-words that the encoder sees at once, at most the model's own limit; "
        "longer texts go through overlapping windows",
    )
    overlap: int = Field(
        128, ge=0, description="sub-words that neighbouring windows share, at most half a window"
    )
    leading_blank: bool | Literal["auto"] = Field(
        "auto", description="give the tokenizer each word with a blank before it, as of an aligner"
    )

    @model_validator(mode="after")
    def _only_where_it_counts(self) -> RangeEncoderSettings:
        if self.model == EMBEDDED:
            idle = sorted(self.model_fields_set - {"model"})
            if idle:
                raise ValueError(
                    f"{', '.join(idle)}: not for model: {EMBEDDED}, which has no such settings; "
                    "name a checkpoint of transformers"
                )
        return self

    def engine(self) -> EncoderSettings:
        """The same for the engine of the aligners, which has its own centering."""
        given = self.model_dump(exclude={"center"})
        return EncoderSettings(**given)


class Counter(Protocol):
    """What counts the calls of models (`projection.services.Calls`)."""

    def add(self, name: str, number: int = 1) -> None: ...


def make_range_encoder(settings: RangeEncoderSettings, calls: Counter) -> Any:
    """The encoder that the settings ask for, not set up; see `projection.services.RangeEncoder`.

    Args:
        calls: counts `encoded`: the distinct texts, or parts of texts, that are encoded.
    """
    if settings.model == EMBEDDED:
        from spanferry.aligners.ranges.embedded import EmbeddedRanges

        return EmbeddedRanges(calls)
    from spanferry.aligners.ranges.contextual import ContextualRanges

    return ContextualRanges(settings, calls)
