"""Settings of the backend `openai`."""

from __future__ import annotations

import re
from typing import Any, ClassVar, Literal
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator
from pydantic_core import PydanticCustomError

from spanferry.data.sentences import Newlines

#: Where requests go when `base_url` is not set, and the variable that holds its key.
HOSTED_URL = "https://api.openai.com/v1"
HOSTED_KEY = "OPENAI_API_KEY"
SentMode = Literal["schema", "object", "off"]
JsonMode = Literal["auto", "schema", "object", "off"]
#: What this backend writes into every request itself.
_OURS = frozenset({"logprobs", "messages", "model", "n", "response_format", "stream"})
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


class Price(BaseModel):
    """What a server charges for a million tokens, in any one currency."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    prompt: float = Field(0.0, ge=0, description="price of a million tokens sent")
    completion: float = Field(0.0, ge=0, description="price of a million tokens received")


class OpenAITranslatorSettings(BaseModel):
    """Settings of the backend `openai`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    #: Settings that change how fast or dear a run is, never what it writes; and those of which the
    #: backend's revision holds what matters (the host, the hash of the prompt).
    IDLE: ClassVar[frozenset[str]] = frozenset(
        {"api_key_env", "backoff", "base_url", "concurrency", "max_wait", "price_per_million",
         "prompt", "retries", "timeout"}
    )  # fmt: skip

    model: str = Field(min_length=1, description="name of the model, as the server knows it")
    base_url: str = Field(
        HOSTED_URL,
        description="address of the server up to and with /v1: http://localhost:8000/v1 (vLLM), "
        "http://localhost:8080/v1 (llama.cpp)",
    )
    api_key_env: str | None = Field(
        None,
        description="name of the environment variable that holds the key, never the key itself; "
        "if unset, OPENAI_API_KEY for the hosted API and no key for any other server",
    )
    prompt: str = Field(
        "translate-v1",
        min_length=1,
        description="a prompt that comes with the package (translate-v1), or the path of your own "
        "file, in which {source_language}, {target_language} and {instructions} are filled in",
    )
    instructions: str | None = Field(
        None,
        description="a further line for the prompt: formality, terms with their translations, "
        "what kind of text it is",
    )
    language_names: dict[str, str] = Field(
        default_factory=dict,
        description="language code -> name in the prompt, where the usual English name will not "
        "do: {pt: European Portuguese}",
    )
    sentences_per_request: int = Field(
        1,
        ge=1,
        le=64,
        description="sentences in one request. One: a translation depends neither on neighbours "
        "nor on the shard size, none can end up under another's number, and score works. 8 to 16 "
        "with a strong model: the prompt is paid for once a request, so tokens fall by two thirds",
    )
    json_mode: JsonMode = Field(
        "auto",
        description="how the server is told to write JSON: by a schema, as any object, not at all "
        "(the prompt alone says so); auto: the first of these that the server takes",
    )
    temperature: float | None = Field(
        0.0, ge=0, le=2, description="0 for the most probable words; null leaves it to the server"
    )
    seed: int | None = Field(None, description="seed for servers that sample")
    output_tokens_per_character: float | None = Field(
        2.0,
        gt=0,
        description="longest output in tokens, for each character sent (64 more are always "
        "allowed); a bound for models that loop. null: no bound, for models that think first",
    )
    output_limit_name: Literal["auto", "max_tokens", "max_completion_tokens"] = Field(
        "auto",
        description="the request's field for that bound; auto: max_completion_tokens for the "
        "hosted API, max_tokens for any other server",
    )
    max_characters: int = Field(
        1000,
        ge=20,
        description="longest sentence in characters (the server's tokenizer is not known here); "
        "longer ones are cut at clause punctuation. A request of several sentences holds no more "
        "characters than this in all",
    )
    newlines: Newlines = Field(
        "line",
        description="what ends a sentence besides punctuation: every line break (line), or only "
        "a blank line (paragraph, for hard-wrapped text)",
    )
    keep_items: bool = Field(
        True,
        description="check that addresses, code, markup, placeholders, numbers and emoji came "
        "through; where one did not, ask again with stand-ins for them, and last around them",
    )
    score: bool = Field(
        False,
        description="ask for log-probabilities and give their mean over the translation's tokens; "
        "needs sentences_per_request 1 and a server that has them",
    )
    extra_body: dict[str, Any] = Field(
        default_factory=dict,
        description="further fields of the request, as the server defines them: "
        "{chat_template_kwargs: {enable_thinking: false}} for Qwen3 on vLLM",
    )
    reply_retries: int = Field(
        2, ge=0, description="how often a sentence whose reply is of no use is asked for again"
    )
    concurrency: int = Field(
        8,
        ge=1,
        le=1024,
        description="requests in flight at the server, over all shards and targets of the process; "
        "where several backends name one server the smallest number counts",
    )
    timeout: float = Field(
        120.0, gt=0, description="seconds to wait for an answer; a busy local server needs more"
    )
    retries: int = Field(
        5, ge=0, description="tries again on 408, 409, 429, 5xx, time-outs and broken connections"
    )
    backoff: float = Field(
        1.0, ge=0, description="seconds before the first try again; doubled for each further one"
    )
    max_wait: float = Field(
        120.0,
        gt=0,
        description="longest wait between two tries in seconds; a server that asks for more "
        "(Retry-After) ends the try of the shard",
    )
    price_per_million: Price | None = Field(
        None,
        description="price of a million tokens, {prompt: 0.15, completion: 0.6}, for the costs",
    )

    @field_validator("base_url")
    @classmethod
    def _is_an_address(cls, value: str) -> str:
        parts = urlsplit(value)
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise ValueError("must be an address such as http://localhost:8000/v1")
        if parts.username or parts.password:
            raise _secret("must hold no user name and no password; use api_key_env")
        return value.rstrip("/")

    @field_validator("api_key_env")
    @classmethod
    def _is_a_name(cls, value: str | None) -> str | None:
        if value is not None and not _VARIABLE.fullmatch(value):
            raise _secret("must be the name of an environment variable, not the key itself")
        return value

    @field_validator("extra_body")
    @classmethod
    def _leaves_ours_alone(cls, value: dict[str, Any]) -> dict[str, Any]:
        taken = sorted(_OURS & value.keys())
        if taken:
            raise ValueError(f"must not hold {', '.join(taken)}: the backend sets it")
        return value

    @model_validator(mode="after")
    def _scores_need_lone_sentences(self) -> OpenAITranslatorSettings:
        if self.score and self.sentences_per_request > 1:
            raise ValueError("score: true needs sentences_per_request: 1")
        return self

    @property
    def host(self) -> str:
        """Name of the server's machine, without port and path."""
        return urlsplit(self.base_url).hostname or ""

    @property
    def hosted(self) -> bool:
        """Whether requests go to the API whose key is in `OPENAI_API_KEY`."""
        return self.host == urlsplit(HOSTED_URL).hostname


def _secret(text: str) -> PydanticCustomError:
    """An error of a type of its own, so that messages can leave out the value: it may be a key."""
    return PydanticCustomError("secret_in_file", "{text}", {"text": text})
