"""Settings of the backend `causal_lm`."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from spanferry.data.sentences import Newlines

Dtype = Literal["float32", "bfloat16", "float16"]
#: Texts by language code: `{en: Good morning., es: Buenos días.}`.
Example = dict[str, Annotated[str, Field(min_length=1)]]
_Positive = Annotated[int, Field(ge=1)]
#: What the backend gives to every chat template itself.
_OURS = frozenset({"add_generation_prompt", "conversation", "messages", "tokenize"})


class CausalLMTranslatorSettings(BaseModel):
    """Settings of the backend `causal_lm`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    #: What changes nothing about the translations but the last digits of a score, or is told by
    #: the revision otherwise. Changing it does not make shards be translated again.
    IDLE: ClassVar[frozenset[str]] = frozenset(
        {"model", "revision", "device", "batch_tokens", "threads", "share_prefixes", "examples"}
    )

    model: str = Field(
        description="a Hub id or the folder of a transformers checkpoint of a decoder-only "
        "language model (google/gemma-3-1b-pt, Qwen/Qwen3-0.6B, meta-llama/Llama-3.2-1B ...)",
        min_length=1,
    )
    revision: str | None = Field(None, description="commit, tag or branch of a Hub id")
    chat: bool | Literal["auto"] = Field(
        "auto",
        description="ask as in a chat, by the model's own template (true), or let it go on writing "
        "`English: ...` `Spanish:` (false, for base models); auto: a chat where the tokenizer has "
        "a template, which some base models have too",
    )
    examples: str | Annotated[tuple[Example, ...], Field(max_length=32)] = Field(
        (),
        description="translations to show before every text: texts by language code "
        "({en: Good morning., es: Buenos días.}), or a file with one such JSON object a line. "
        "Those that have both languages are taken",
    )
    instruction: str | None = Field(
        None,
        description="a line before the examples or, in a chat, before every text; "
        "{source_language} and {target_language} are filled in. By default none, and in a chat "
        "one that asks for the translation alone",
    )
    language_names: dict[str, str] = Field(
        default_factory=dict,
        description="language code -> name in the prompt, where the usual English name will not "
        "do: {pt: European Portuguese}",
    )
    chat_template_kwargs: dict[str, Any] = Field(
        default_factory=dict,
        description="further values for the chat template, as the model defines them: "
        "{enable_thinking: false} for Qwen3",
    )
    dtype: Dtype | Literal["auto"] = Field(
        "auto",
        description="arithmetic; auto: float32 on CPU, what the checkpoint was saved in on GPU. "
        "bfloat16 is faster on CPUs that have it, and less exact",
    )
    device: Annotated[str, Field(pattern=r"^(auto|cpu|cuda(:\d+)?)$")] = Field(
        "auto", description="cpu, cuda, cuda:1, or auto: the first GPU where there is one"
    )
    threads: _Positive | Literal["auto"] = Field(
        "auto", description="CPU threads of a forward pass; auto: PyTorch's own choice"
    )
    batch_tokens: _Positive | Literal["auto"] = Field(
        "auto", description="tokens in a forward pass, padding included"
    )
    share_prefixes: bool | Literal["auto"] = Field(
        "auto",
        description="score texts that begin alike (one prompt, many candidates) in one pass that "
        "reads the common part once; auto: where the model is found to give the same scores so",
    )
    beam_size: int = Field(1, ge=1, le=64, description="beams of a translation; 1 is greedy")
    n_best: int = Field(
        1, ge=1, le=64, description="translations kept of each sentence, at most beam_size"
    )
    length_penalty: float = Field(1.0, description="exponent of the length in beam search")
    repetition_penalty: float = Field(1.0, gt=0, description="above 1: against repetition")
    no_repeat_ngram_size: int = Field(0, ge=0, description="forbids repeated n-grams; 0: none")
    max_tokens: Annotated[int, Field(ge=8)] | None = Field(
        None,
        description="longest sentence in sub-words; longer ones are cut at clause punctuation; "
        "what the model has room for if unset, at most 512",
    )
    max_output_factor: float = Field(
        3.0,
        gt=0,
        description="longest translation, as a multiple of the source's sub-words (plus 16); one "
        "that reaches it has lost its way: `length_limit`",
    )
    keep_items: bool = Field(
        True, description="see that addresses, markup, placeholders and numbers survive"
    )
    newlines: Newlines = Field(
        "line",
        description="what ends a sentence besides punctuation: every line break (line), or only "
        "a blank line (paragraph, for hard-wrapped text)",
    )

    @field_validator("chat_template_kwargs")
    @classmethod
    def _leaves_ours_alone(cls, value: dict[str, Any]) -> dict[str, Any]:
        taken = sorted(_OURS & value.keys())
        if taken:
            raise ValueError(f"must not hold {', '.join(taken)}: the backend gives it itself")
        return value

    @model_validator(mode="after")
    def _enough_beams(self) -> CausalLMTranslatorSettings:
        if self.n_best > self.beam_size:
            raise ValueError(
                f"n_best {self.n_best} needs as many beams; beam_size is {self.beam_size}"
            )
        return self
