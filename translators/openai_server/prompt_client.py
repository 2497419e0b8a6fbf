"""Plain prompts to an OpenAI-compatible server: the client of the backend `openai`, other messages.

Key, gate, tries again and what failures mean are those of `chat.Chat`.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Sequence
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from copy import copy
from typing import Annotated, Any, ClassVar, Literal, Protocol

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from spanferry.data.backends import BackendInfo
from spanferry.data.errors import ConfigError, RetryableError
from spanferry.data.fingerprint import fingerprint
from spanferry.translators.openai_server.chat import Chat
from spanferry.translators.openai_server.failures import Failure
from spanferry.translators.openai_server.gate import StoppedError
from spanferry.translators.openai_server.replies import Completion
from spanferry.translators.openai_server.settings import OpenAITranslatorSettings as Translator

#: Raised when what is sent, or read, gives other answers than before.
CODE_VERSION = "1"
#: What `setup` asks, to see that key and model are right.
PROBE = "Write the word yes."
_KEY = "answer"
_OF_CHAT = "translator 'openai'"


class Calls(Protocol):
    """Counts what models did."""

    def add(self, name: str, number: int = 1) -> None: ...


def _as_there(name: str) -> Any:
    """The default and the description that a setting has in the backend `openai`."""
    return copy(Translator.model_fields[name])


class PromptSettings(BaseModel):
    """Settings of a language model that answers prompts; keys are those of the backend `openai`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    #: What changes no answer, or is told by the revision.
    IDLE: ClassVar[frozenset[str]] = frozenset(
        {"api_key_env", "backoff", "base_url", "concurrency", "max_wait", "retries", "timeout"}
    )

    model: str = _as_there("model")
    base_url: Annotated[str, AfterValidator(Translator._is_an_address)] = _as_there("base_url")
    api_key_env: Annotated[str | None, AfterValidator(Translator._is_a_name)] = _as_there(
        "api_key_env"
    )
    system: str | None = Field(
        None, min_length=1, description="a system message before each prompt"
    )
    json_mode: Literal["schema", "object", "off"] = Field(
        "off",
        description="have the server write its answer as a JSON object, by a schema or as any "
        'object; what stands under "answer" counts',
    )
    temperature: float | None = _as_there("temperature")
    seed: int | None = _as_there("seed")
    output_tokens: int | None = Field(
        128,
        ge=1,
        description="longest answer in tokens; null: no bound, for models that think first",
    )
    output_limit_name: Literal["auto", "max_tokens", "max_completion_tokens"] = _as_there(
        "output_limit_name"
    )
    extra_body: Annotated[dict[str, Any], AfterValidator(Translator._leaves_ours_alone)] = (
        _as_there("extra_body")
    )
    concurrency: int = _as_there("concurrency")
    timeout: float = _as_there("timeout")
    retries: int = _as_there("retries")
    backoff: float = _as_there("backoff")
    max_wait: float = _as_there("max_wait")

    def for_chat(self) -> Translator:
        """The settings that `Chat` knows."""
        return Translator(
            **self.model_dump(exclude={"system", "output_tokens", "json_mode"}),
            json_mode=self.json_mode,
        )


class _PromptChat(Chat):
    """A server that is sent prompts as they are.

    Args:
        own: the settings.
    """

    def __init__(self, own: PromptSettings) -> None:
        super().__init__(own.for_chat(), own.system or "")
        self._own = own

    def _body(self, sentences: Sequence[str], again: bool, bounded: bool) -> dict[str, Any]:
        own = self._own
        (prompt,) = sentences
        if own.json_mode != "off":
            prompt += f'\n\nReply with one JSON object: {{"{_KEY}": "..."}}'
        messages = [{"role": "system", "content": own.system}] if own.system else []
        body: dict[str, Any] = {
            "model": own.model,
            "messages": [*messages, {"role": "user", "content": prompt}],
        }
        if own.json_mode == "object":
            body["response_format"] = {"type": "json_object"}
        elif own.json_mode == "schema":
            body["response_format"] = {"type": "json_schema", "json_schema": _SCHEMA}
        for name, value in (("temperature", own.temperature), ("seed", own.seed)):
            if value is not None:
                body[name] = value
        if own.output_tokens is not None and bounded:
            name = own.output_limit_name
            if name == "auto":
                name = "max_completion_tokens" if self.settings.hosted else "max_tokens"
            body[name] = own.output_tokens
        return body


_SCHEMA = {
    "name": "answer",
    "strict": True,
    "schema": {
        "type": "object",
        "properties": {_KEY: {"type": "string"}},
        "required": [_KEY],
        "additionalProperties": False,
    },
}


class PromptClient:
    """A language model behind an OpenAI-compatible server; safe to call from several threads.

    The same prompt need not give the same answer; see `OpenAITranslator`.

    Args:
        calls: counts the prompts that are sent as `asked`; tries again are not counted, nor is
            that of `setup`.
    """

    Settings = PromptSettings

    def __init__(self, settings: PromptSettings, calls: Calls) -> None:
        self.settings = settings
        self._calls = calls
        self._lock = threading.Lock()
        self._chat: _PromptChat | None = None

    @property
    def info(self) -> BackendInfo:
        """Model, host, and a hash of every setting that can change an answer."""
        settings = self.settings
        host = settings.for_chat().host
        mark = fingerprint(settings=settings.model_dump(mode="json", exclude=set(settings.IDLE)))
        return BackendInfo(
            name="openai",
            revision=f"{settings.model}@{host}/{mark[:16]}/{CODE_VERSION}",
            source=f"{settings.model} at {host}",
        )

    def setup(self) -> None:
        """Ask one short prompt, to find a wrong key or model early. A second call does nothing.

        Raises:
            ConfigError: the server refuses: wrong key, model, address, or a setting that it lacks.
            RetryableError: it does not answer.
            MissingExtraError: the package `openai` is not installed.
        """
        with self._lock:
            if self._chat is None:
                try:
                    chat = _PromptChat(self.settings)
                    answer = chat.ask([PROBE], threading.Event())
                    if isinstance(answer, Failure) and answer.kind != "refused":
                        chat.refuse(answer)
                except (ConfigError, RetryableError) as error:
                    raise _named(error) from error
                self._chat = chat

    def ask(self, prompts: Sequence[str]) -> list[str | None]:
        """An answer a prompt, in order; None: refused, too long for the model, or empty.

        An answer that ran into `output_tokens` is given as far as it goes; under `json_mode` it is
        None then.

        Raises:
            ConfigError, RetryableError: see `Chat.ask`; the other prompts are given up.
        """
        self.setup()
        self._calls.add("asked", len(prompts))
        stop = threading.Event()
        size = min(self.settings.concurrency, max(1, len(prompts)))
        with ThreadPoolExecutor(size, "prompts") as pool:
            futures = [pool.submit(self._ask, prompt, stop) for prompt in prompts]
            try:
                wait(futures, return_when=FIRST_EXCEPTION)
            finally:  # also on Ctrl-C: nothing new is sent, waits end
                if not all(future.done() for future in futures):
                    stop.set()
                    pool.shutdown(cancel_futures=True)
        errors = [e for f in futures if not f.cancelled() and (e := f.exception()) is not None]
        real = [error for error in errors if not isinstance(error, StoppedError)]
        if real:  # what the user must mend comes before what may pass
            first = next((error for error in real if isinstance(error, ConfigError)), real[0])
            raise _named(first) from first
        return [future.result() for future in futures]

    def _ask(self, prompt: str, stop: threading.Event) -> str | None:
        assert self._chat is not None
        try:
            answer = self._chat.ask([prompt], stop)
            if isinstance(answer, Failure) and answer.kind == "too_long":
                # servers count the bound of the output as if it were used up
                answer = self._chat.ask([prompt], stop, bounded=False)
        except BaseException:
            stop.set()  # here, before this thread takes the next prompt
            raise
        return self._read(answer) if isinstance(answer, Completion) else None

    def _read(self, answer: Completion) -> str | None:
        content = answer.content or ""
        if answer.refused or not content.strip():
            return None
        if self.settings.json_mode == "off":
            return content
        try:
            value = json.loads(content)[_KEY]
        except (ValueError, LookupError, TypeError, RecursionError):
            return None
        return value if isinstance(value, str) and value.strip() else None


def _named(error: BaseException) -> BaseException:
    """An error of `Chat` that does not speak of a translator."""
    if isinstance(error, (ConfigError, RetryableError)):
        return type(error)(str(error).replace(_OF_CHAT, "the language model", 1))
    return error
