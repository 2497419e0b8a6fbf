"""Requests to a server, tried again where that helps."""

from __future__ import annotations

import logging
import os
import random
import threading
from collections.abc import Sequence
from math import ceil
from typing import Any, NoReturn

from spanferry.data.backends import require
from spanferry.data.errors import ConfigError, RetryableError
from spanferry.translators.openai_server.failures import Failure, understand
from spanferry.translators.openai_server.gate import StoppedError, gate_of
from spanferry.translators.openai_server.prompts import reminder, user_message
from spanferry.translators.openai_server.replies import (
    BadBodyError,
    Completion,
    read_body,
    response_format,
)
from spanferry.translators.openai_server.settings import (
    HOSTED_KEY,
    OpenAITranslatorSettings,
    SentMode,
)

log = logging.getLogger(__name__)
_USER = "translator 'openai'"
#: Tokens that every request may write, whatever the length of its sentences.
LEAST_OUTPUT = 64


class Chat:
    """A server, one model on it, and one system message.

    Safe to use from several threads.

    Args:
        mode: how the server is told to write JSON; `schema`, `object` or `off`.

    Raises:
        ConfigError: the environment variable of the key is not set.
        MissingExtraError: the package `openai` is not installed.
    """

    def __init__(self, settings: OpenAITranslatorSettings, system: str) -> None:
        self._openai = require("openai", extra="openai", user=_USER)
        self.settings = settings
        self.system = system
        self.mode: SentMode = "schema" if settings.json_mode == "auto" else settings.json_mode
        self._key = _key(settings)
        self._gate = gate_of(settings.base_url, settings.concurrency)
        self._client = self._openai.OpenAI(
            base_url=settings.base_url,
            # servers without keys take any; the package insists on one
            api_key=self._key or "none",
            timeout=settings.timeout,
            max_retries=0,  # tried again below: with the gate, Retry-After for all threads, a stop
        )

    def ask(
        self,
        sentences: Sequence[str],
        stop: threading.Event,
        *,
        again: bool = False,
        bounded: bool = True,
    ) -> Completion | Failure:
        """Ask for the translations of sentences; a `Failure` is about these sentences.

        Args:
            stop: gives up, also in the middle of a wait.
            again: whether the last reply on them was of no use.
            bounded: whether the output has a bound of ours; else the model's context is the bound.

        Raises:
            ConfigError: wrong key, wrong model, no money: nothing works until the user mends it.
            RetryableError: the server is down, or too busy, after the last try.
            StoppedError: `stop` was set.
        """
        body = self._body(sentences, again, bounded)
        for attempt in range(self.settings.retries + 1):
            with self._gate.passing(stop):
                answer = self._send(body)
            if isinstance(answer, Completion) or answer.kind in {
                "too_long", "refused", "bad_request"
            }:  # fmt: skip
                return answer
            if answer.kind == "config":
                self.refuse(answer)
            self._wait(answer, attempt, stop)
        raise AssertionError("the last try either returns or raises")

    def refuse(self, failure: Failure) -> NoReturn:
        """Raise the error for what the user has to mend.

        Raises:
            ConfigError: always.
        """
        settings = self.settings
        match failure.status:
            case 401 | 403 if self._key is None:
                about = "api_key_env is not set, and the server wants a key"
            case 401 | 403:
                about = f"api_key_env: the server does not take the key in {self._key_name}"
            case 402 | 429:
                about = "the account at the server has run out of money"
            case 404:
                about = f"model {settings.model!r} or base_url {settings.base_url!r} is not there"
            case 400 | 422 if failure.param:
                about = f"the server does not take the request's field {failure.param!r}"
            case _:
                about = (
                    f"the server does not take the requests (model {settings.model!r}, "
                    f"json_mode {settings.json_mode!r})"
                )
        raise ConfigError(f"{_USER}: {about}; {self._said(failure)}")

    @property
    def _key_name(self) -> str:
        return self.settings.api_key_env or HOSTED_KEY

    def _said(self, failure: Failure) -> str:
        words = failure.words.replace(self._key, "***") if self._key else failure.words
        if failure.status is None:
            return f"{self.settings.base_url}: {words}"
        return f"{self.settings.host} answered with status {failure.status}: {words}"

    def _body(self, sentences: Sequence[str], again: bool, bounded: bool) -> dict[str, Any]:
        settings = self.settings
        message = user_message(sentences) + (reminder(len(sentences)) if again else "")
        body: dict[str, Any] = {
            "model": settings.model,
            "messages": [
                {"role": "system", "content": self.system},
                {"role": "user", "content": message},
            ],
        }
        form = response_format(self.mode, len(sentences))
        if form is not None:
            body["response_format"] = form
        if settings.temperature is not None:
            body["temperature"] = settings.temperature
        if settings.seed is not None:
            body["seed"] = settings.seed
        if settings.output_tokens_per_character is not None and bounded:
            name = settings.output_limit_name
            if name == "auto":
                name = "max_completion_tokens" if settings.hosted else "max_tokens"
            characters = sum(map(len, sentences))
            body[name] = LEAST_OUTPUT + ceil(characters * settings.output_tokens_per_character)
        if settings.score:
            body["logprobs"] = True
        return body

    def _send(self, body: dict[str, Any]) -> Completion | Failure:
        try:
            response = self._client.chat.completions.with_raw_response.create(
                **body, extra_body=dict(self.settings.extra_body)
            )
            return read_body(response.text)
        except self._openai.APIError as error:
            return understand(error)
        except BadBodyError as error:
            return Failure("again", f"this is no chat completion: {error}")

    def _wait(self, failure: Failure, attempt: int, stop: threading.Event) -> None:
        settings = self.settings
        if attempt == settings.retries:
            tries = "1 try" if attempt == 0 else f"{attempt + 1} tries"
            raise RetryableError(f"{_USER}: no answer after {tries}; {self._said(failure)}")
        if failure.wait is not None and failure.wait > settings.max_wait:
            raise RetryableError(
                f"{_USER}: the server asks to wait {failure.wait:.0f} s, more than max_wait "
                f"({settings.max_wait:g} s); {self._said(failure)}"
            )
        # half of it by chance, so that threads that failed together do not come back together
        wait = min(settings.max_wait, settings.backoff * 2**attempt) * random.uniform(0.5, 1.0)
        if failure.wait is not None:
            self._gate.close(failure.wait)  # it asks all of us, not this thread alone
            wait = max(wait, failure.wait)
        log.info("%s; trying again in %.1f s", self._said(failure), wait)
        if stop.wait(wait):
            raise StoppedError


def _key(settings: OpenAITranslatorSettings) -> str | None:
    """The key; another server never gets the one in `OPENAI_API_KEY` unless it is named."""
    name = settings.api_key_env or (HOSTED_KEY if settings.hosted else None)
    if name is None:
        return None
    key = os.environ.get(name, "").strip()
    if not key:
        raise ConfigError(f"{_USER}: api_key_env: the environment variable {name} is not set")
    if not (key.isascii() and key.isprintable()):
        raise ConfigError(f"{_USER}: api_key_env: what {name} holds cannot be a key")
    return key
