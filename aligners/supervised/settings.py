"""Settings of the supervised aligners."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field

from spanferry.aligners.symmetrize import Symmetrization

#: What encloses the marked word when the checkpoint does not say: the sign of Nagata et al. (2020).
MARKER = "¶"
#: The probability above which a link counts, in Nagata et al. (2020) and in BinaryAlign (2024).
SPANS_THRESHOLD, BINARY_THRESHOLD = 0.4, 0.5
#: Words of the longest answer; Nagata et al. (2020) have as many sub-words.
MAX_SPAN = 15
#: Sub-words of a row by default: what BERT, XLM-R and their like read.
WINDOW = 512
#: Sub-words of a batch. On a CPU larger ones are no faster; a GPU wants them.
BATCH_TOKENS = {"cpu": 2048, "cuda": 32_768}
#: Sub-words that two windows share by default, as the stride of SQuAD readers.
OVERLAP = 128


class SupervisedSettings(BaseModel):
    """What the supervised aligners have in common."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    #: Settings that change no result (but for the last bits of a float).
    IDLE: ClassVar[frozenset[str]] = frozenset({"device", "batch_tokens"})

    model: str = Field(
        description="Hub id or folder of a checkpoint that was fine-tuned for word alignment"
    )
    revision: str | None = Field(
        None, description="branch, tag or commit of a Hub id; its main branch if not given"
    )
    symmetrization: Literal["average"] | Symmetrization = Field(
        "average",
        description="average: links whose mean probability of both directions is above the "
        "threshold; the others combine the links of each direction above it; forward and reverse "
        "look from one side only, in half the time",
    )
    marker: str | None = Field(
        None,
        min_length=1,
        description="what stands before and after the marked word; by default what the checkpoint "
        f"was trained with, as far as it says ([WORD_SEP] of BinaryAlign, or else {MARKER})",
    )
    window: int = Field(
        WINDOW,
        ge=32,
        description="sub-words that the model reads at once, both sentences together; longer pairs "
        "are read in several windows. At most what the model allows",
    )
    overlap: int = Field(
        OVERLAP,
        ge=0,
        description="sub-words that two windows share; at most half a window's share of a sentence",
    )
    device: str = Field(
        "auto",
        pattern=r"^(auto|cpu|cuda(:\d+)?)$",
        description="cpu, cuda, cuda:1 ...; auto: cuda where there is one",
    )
    dtype: Literal["float32", "bfloat16", "float16"] = Field(
        "float32", description="number format of the model's weights"
    )
    batch_tokens: Literal["auto"] | Annotated[int, Field(ge=1)] = Field(
        "auto",
        description="sub-words of a batch, padding included, which sets the memory needed; auto: "
        f"{BATCH_TOKENS['cpu']} on a CPU, {BATCH_TOKENS['cuda']} on a GPU",
    )


class SpanPredictionSettings(SupervisedSettings):
    """Settings of the aligner `spans`."""

    threshold: float = Field(
        SPANS_THRESHOLD, ge=0, lt=1, description="links of a higher probability are given"
    )
    max_span: int = Field(MAX_SPAN, ge=1, le=100, description="words of the longest answer")
    score: Literal["span", "marginal"] = Field(
        "span",
        description="span: a word has the probability of the best span, if it lies in it, and none "
        "if no answer is likelier; marginal: the probability that the answer holds the word",
    )


class BinarySettings(SupervisedSettings):
    """Settings of the aligner `binary`."""

    threshold: float = Field(
        BINARY_THRESHOLD, ge=0, lt=1, description="links of a higher probability are given"
    )
