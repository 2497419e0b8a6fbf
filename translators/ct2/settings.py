"""Settings of the backend `ctranslate2`."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from spanferry.data.sentences import Newlines

FamilyName = Literal["marian", "nllb", "m2m100", "mbart50", "madlad", "t5"]
ComputeType = Literal[
    "auto", "float32", "float16", "bfloat16",
    "int8", "int8_float32", "int8_float16", "int8_bfloat16", "int16",
]  # fmt: skip
_Positive = Annotated[int, Field(ge=1)]


class CTranslate2TranslatorSettings(BaseModel):
    """Settings of the backend `ctranslate2`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    #: What changes nothing about the translations but the last digits of a score, or is told by
    #: the revision of the model. Changing it does not make shards be translated again.
    IDLE: ClassVar[frozenset[str]] = frozenset(
        {"model", "revision", "tokenizer", "device", "device_index", "compute_type",
         "inter_threads", "intra_threads", "batch_tokens", "cache_path"}
    )  # fmt: skip

    model: Annotated[str, Field(min_length=1)] | None = Field(
        None,
        description="a Hub id (Helsinki-NLP/opus-mt-en-es, facebook/nllb-200-distilled-600M), the "
        "folder of a transformers checkpoint, or a folder that CTranslate2 has converted; "
        "{target} and {source} stand for the languages. Unset: the model that comes with spanferry "
        "for these languages (English to Portuguese)",
    )
    revision: str | None = Field(None, description="commit, tag or branch of a Hub id")
    family: FamilyName | Literal["auto"] = Field(
        "auto", description="how languages are told to the model; auto: by its vocabulary"
    )
    tokenizer: str | None = Field(
        None,
        description="folder or Hub id with the SentencePiece files, for a converted folder "
        "that lacks them",
    )
    source_code: str | None = Field(
        None, description="the model's own code of the source language (por_Latn); found if unset"
    )
    target_code: str | None = Field(
        None, description="the model's own code of the target language; found if unset"
    )
    prefix: str | None = Field(
        None, description="T5 only: what stands before every text; by the model's settings if unset"
    )
    device: Literal["auto", "cpu", "cuda"] = Field(
        "auto", description="auto: a GPU where there is one"
    )
    device_index: tuple[Annotated[int, Field(ge=0)], ...] | Literal["all"] = Field(
        "all", description="GPUs to use, by number"
    )
    compute_type: ComputeType = Field(
        "auto",
        description="arithmetic; auto: int8 on CPU, int8_float16 on GPU (int8_bfloat16 for T5)",
    )
    inter_threads: _Positive | Literal["auto"] = Field(
        "auto", description="batches at work at the same time on each device"
    )
    intra_threads: _Positive | Literal["auto"] = Field(
        "auto", description="CPU threads of one batch"
    )
    batch_tokens: _Positive | Literal["auto"] = Field(
        "auto", description="source sub-words in a batch, padding included"
    )
    beam_size: int = Field(4, ge=1, le=64, description="beams; 1 is greedy")
    n_best: int = Field(
        1, ge=1, le=64, description="translations kept of each sentence, at most beam_size"
    )
    patience: float = Field(
        1.0,
        ge=1,
        description="beam search ends when beam_size times this many translations have ended; 2 "
        "finds a few better ones (Kasai et al. 2022)",
    )
    length_penalty: float = Field(1.0, description="exponent of the length in beam search")
    repetition_penalty: float = Field(1.0, gt=0, description="above 1: against repetition")
    no_repeat_ngram_size: int = Field(0, ge=0, description="forbids repeated n-grams; 0: none")
    max_tokens: Annotated[int, Field(ge=8)] | None = Field(
        None,
        description="longest sentence in sub-words; longer ones are cut at clause punctuation; "
        "if unset the model's own limit, or what it was trained on where its spanferry.json tells",
    )
    max_output_factor: float = Field(
        3.0,
        gt=0,
        description="longest translation, as a multiple of the source's sub-words (plus 16); one "
        "that reaches it has lost its way: `length_limit`",
    )
    links: bool = Field(
        False, description="word links from the attention of the alignment heads (align: attention)"
    )
    alignment_layer: int = Field(
        -1, description="decoder layer whose attention gives the links; -1: the last"
    )
    alignment_heads: int = Field(
        1, ge=1, description="heads of that layer that are averaged, from the first"
    )
    keep_items: bool = Field(
        True, description="see that addresses, markup, placeholders and numbers survive"
    )
    cache_path: str | None = Field(
        None, description="folder of converted models; $SPANFERRY_CACHE or ~/.cache/spanferry"
    )
    newlines: Newlines = Field(
        "line",
        description="what ends a sentence besides punctuation: every line break (line), or only "
        "a blank line (paragraph, for hard-wrapped text)",
    )

    @model_validator(mode="after")
    def _enough_beams(self) -> CTranslate2TranslatorSettings:
        if self.n_best > self.beam_size:
            raise ValueError(f"n_best {self.n_best} needs as many beams; beam_size is "
                             f"{self.beam_size}")  # fmt: skip
        return self
