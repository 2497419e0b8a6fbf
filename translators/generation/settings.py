"""Settings of a text-to-text model."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from spanferry.translators.ct2.settings import ComputeType

_Positive = Annotated[int, Field(ge=1)]


class TextGeneratorSettings(BaseModel):
    """A T5, mT5 or UMT5 model that was trained for the task (`spanferry train`)."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    #: What changes nothing about the outputs but the last digits of a score, or is told by the
    #: revision of the model.
    IDLE: ClassVar[frozenset[str]] = frozenset(
        {"model", "revision", "device", "device_index", "compute_type", "inter_threads",
         "intra_threads", "batch_tokens", "cache_path"}
    )  # fmt: skip

    model: str = Field(
        description="a Hub id, the folder of a transformers checkpoint (the output of spanferry "
        "train), or a folder that CTranslate2 has converted",
        min_length=1,
    )
    revision: str | None = Field(None, description="commit, tag or branch of a Hub id")
    device: Literal["auto", "cpu", "cuda"] = Field(
        "auto", description="auto: a GPU where there is one"
    )
    device_index: tuple[Annotated[int, Field(ge=0)], ...] | Literal["all"] = Field(
        "all", description="GPUs to use, by number"
    )
    compute_type: ComputeType = Field(
        "auto", description="arithmetic; auto: int8 on CPU, int8_bfloat16 on GPU"
    )
    inter_threads: _Positive | Literal["auto"] = Field(
        "auto", description="batches at work at the same time on each device"
    )
    intra_threads: _Positive | Literal["auto"] = Field(
        "auto", description="CPU threads of one batch"
    )
    batch_tokens: _Positive | Literal["auto"] = Field(
        "auto",
        description="input sub-words in a batch, padding included; auto: fewer with more beams",
    )
    beam_size: int = Field(15, ge=1, le=128, description="beams; 1 is greedy")
    n_best: _Positive | None = Field(
        None, description="outputs of each text, at most beam_size; as many if unset"
    )
    patience: float = Field(
        1.0, ge=1, description="beam search ends when beam_size times this many outputs have ended"
    )
    length_penalty: float = Field(1.0, description="exponent of the length in beam search")
    max_tokens: Annotated[int, Field(ge=8)] = Field(
        512, description="longest text in sub-words; of longer ones nothing is generated"
    )
    max_output_factor: float = Field(
        2.0,
        gt=0,
        description="longest output, as a multiple of the text's sub-words (plus 16); beams that "
        "have not ended by then are left out",
    )
    cache_path: str | None = Field(
        None, description="folder of converted models; $SPANFERRY_CACHE or ~/.cache/spanferry"
    )

    @model_validator(mode="after")
    def _enough_beams(self) -> TextGeneratorSettings:
        if self.n_best is not None and self.n_best > self.beam_size:
            raise ValueError(f"n_best {self.n_best} needs as many beams; beam_size is "
                             f"{self.beam_size}")  # fmt: skip
        return self

    @property
    def outputs(self) -> int:
        """Outputs that are asked for of each text."""
        return self.n_best or self.beam_size
