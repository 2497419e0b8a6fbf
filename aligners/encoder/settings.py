"""Settings that all aligners over an encoder share."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field

Dtype = Literal["float32", "bfloat16", "float16", "int8"]
#: What is matched: the tokenizer's pieces, or words (the mean of their pieces).
TokenType = Literal["bpe", "word"]
Device = Annotated[str, Field(pattern=r"^(auto|all|cpu|cuda(:\d+)?)$")]


class EncoderSettings(BaseModel):
    """Settings of every aligner that compares the hidden states of an encoder."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    #: What changes nothing about the links but the last digits of a score, or is told by the
    #: revision of the model. Changing it does not make shards be aligned again.
    IDLE: ClassVar[frozenset[str]] = frozenset(
        {"model", "revision", "device", "batch_tokens", "threads"}
    )

    model: str = Field(
        "bert-base-multilingual-cased",
        description="a Hub id or the folder of a transformers checkpoint with a fast tokenizer "
        "(mBERT, xlm-roberta-base, sentence-transformers/LaBSE, intfloat/multilingual-e5-base, "
        "cis-lmu/glot500-base, Gemma ...)",
        min_length=1,
    )
    revision: str | None = Field(None, description="commit, tag or branch of a Hub id")
    layer: int = Field(
        8,
        description="hidden states to compare: 0 is the embeddings, 8 what the eighth layer "
        "gives; negative counts from the top (-1: the last). Layers above are not computed",
    )
    dtype: Dtype | Literal["auto"] = Field(
        "auto",
        description="arithmetic; auto: float32 on CPU; on GPU float16, or bfloat16 for models "
        "that were trained in it. int8 is for CPU",
    )
    device: Device | Annotated[tuple[Device, ...], Field(min_length=1)] = Field(
        "auto",
        description="cpu, cuda, cuda:1, a list of several, all (GPUs), or auto: all GPUs where "
        "there are some, else the CPU",
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
        "auto",
        description="give the tokenizer each word with a blank before it; auto: where it cuts the "
        "words of a text otherwise without one (Gemma, Llama; the package simalign never does)",
    )
    center: bool = Field(
        False,
        description="take each language's mean vector away before comparing; the means come from "
        "the beginning of the corpus",
    )
    center_pairs: int = Field(
        5000, ge=1, description="pairs of the corpus that the means are taken from"
    )
