"""The backend `openai`."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from dataclasses import replace

from spanferry.data.backends import BackendInfo
from spanferry.data.errors import ConfigError
from spanferry.data.fingerprint import fingerprint
from spanferry.translators.base import Estimate, Translation, Usage
from spanferry.translators.keep import KEEP_VERSION, keep_items
from spanferry.translators.language_names import language_name
from spanferry.translators.openai_server import prompts
from spanferry.translators.openai_server.asking import Group
from spanferry.translators.openai_server.chat import Chat
from spanferry.translators.openai_server.costs import cost, expect
from spanferry.translators.openai_server.failures import Failure
from spanferry.translators.openai_server.gate import StoppedError
from spanferry.translators.openai_server.settings import OpenAITranslatorSettings, SentMode
from spanferry.translators.text import TextTranslator

#: Raised when this package or what it sends gives other translations than before.
CODE_VERSION = "1"
#: Ways of asking for JSON, the strictest first; `json_mode: auto` takes the first that works.
_MODES: tuple[SentMode, ...] = ("schema", "object", "off")
#: A group of sentences and their translations.
Finished = tuple[tuple[str, ...], list[Translation]]
#: What `setup` sends to see that key, model and JSON mode are right.
PROBE = "Good morning."


class OpenAITranslator(TextTranslator):
    """A language model behind an OpenAI-compatible server (vLLM, llama.cpp, hosted), any language.

    Sentences go out as numbered JSON and must come back so; see `replies.read_items` for what
    counts as a reply and `asking.Group` for what is asked again. Reasons of single sentences,
    besides those of `TextTranslator`:

    - `bad_reply`: no usable reply, also alone and after `reply_retries` more tries;
    - `length_limit`: the output ran into its bound, as models do that loop;
    - `refused`: the model or a content filter would not translate it;
    - `too_long`: the server says that it does not fit the model's context;
    - `bad_request`: the server takes other requests, but not this sentence.

    The same input need not give the same output. At temperature 0 a server with one request at a
    time usually repeats itself; one that batches requests (vLLM, hosted) may not, as sums are
    rounded differently. With several sentences a request a translation also depends on its
    neighbours. A shard that is done is never asked for again, so a resumed run keeps its results.
    A hosted model may change under the same name, and nothing here can notice: name a dated
    version where the server has one.

    When a server goes down in the middle of a shard, answers that came before are kept in memory
    and taken when the flow tries the shard again. A request that timed out may be charged for
    without our knowing; `usage` counts what the server told.

    Raises:
        ConfigError: the prompt cannot be read, or lacks a field.
    """

    Settings = OpenAITranslatorSettings
    REQUIRES = ("openai",)
    EXTRA = "openai"

    def __init__(
        self,
        settings: OpenAITranslatorSettings,
        *,
        source_language: str,
        target_language: str,
    ) -> None:
        self.settings = settings
        super().__init__(
            source_language=source_language,
            target_language=target_language,
            newlines=settings.newlines,
        )
        self._prompt = prompts.load(
            settings.prompt, instructions=bool((settings.instructions or "").strip())
        )
        self._lock = threading.Lock()
        self._chat: Chat | None = None
        #: tokens that `setup` cost; no sentence's `usage` holds them
        self.setup_usage = Usage()
        #: answers of calls that failed, by group; and tokens of groups that got none
        self._kept: dict[tuple[str, ...], list[list[Translation]]] = {}
        self._owed = Usage()

    @property
    def info(self) -> BackendInfo:
        """Model, host, and a hash of the prompt and of every setting that can change a text."""
        settings = self.settings
        mark = fingerprint(
            settings=settings.model_dump(mode="json", exclude=set(settings.IDLE)),
            prompt=self._prompt.sha256,
            languages=[self.source_language, self.target_language],
        )
        return BackendInfo(
            name="openai",
            revision=f"{settings.model}@{settings.host}/{mark[:16]}/{CODE_VERSION}.{KEEP_VERSION}",
            source=f"{settings.model} at {settings.host}",
        )

    def system(self) -> str:
        """The system message of every request.

        Raises:
            ConfigError: a language has no name.
        """
        names = self.settings.language_names
        return self._prompt.system(
            language_name(self.source_language, names, user="openai", key="language_names"),
            language_name(self.target_language, names, user="openai", key="language_names"),
            self.settings.instructions,
        )

    def setup(self) -> None:
        """Translate one short sentence, to find a wrong key or model before the first shard.

        It also finds out what `json_mode: auto` means here. A second call does nothing.

        Raises:
            ConfigError: the server refuses: wrong key, model, address, or a setting that it lacks.
            RetryableError: it does not answer.
            MissingExtraError: a package is not installed.
        """
        with self._lock:
            if self._chat is not None:
                return
            chat = Chat(self.settings, self.system())
            modes = _MODES if self.settings.json_mode == "auto" else (chat.mode,)
            for mode in modes:
                chat.mode = mode
                answer = chat.ask([PROBE], threading.Event())
                if not isinstance(answer, Failure):
                    self.setup_usage += answer.usage
                    break
                if answer.kind == "refused":
                    break  # a matter of content: the request as such was understood
                if mode == modes[-1]:
                    chat.refuse(answer)
            self._chat = chat

    def fits(self, text: str) -> bool:
        return len(text) <= self.settings.max_characters

    def translate(self, texts: Sequence[str]) -> list[Translation]:
        """See `TextTranslator.translate`; tokens of several sentences are with the first of them.

        Raises:
            ConfigError, RetryableError: see `Chat.ask`.
        """
        self.setup()
        finished: list[Finished] = []
        try:
            if self.settings.keep_items:
                results = keep_items(texts, lambda part: self._ask(part, finished))
            else:
                results = self._ask(texts, finished)
        except BaseException:
            with self._lock:
                for group, answer in finished:
                    self._kept.setdefault(group, []).append(answer)
            raise
        return self._pay(results)

    def cost(self, usage: Usage) -> float | None:
        """See `PaidTranslator.cost`."""
        price = self.settings.price_per_million
        return None if price is None else cost(usage, price)

    def estimate(self, sentences: int, characters: int) -> Estimate:
        """Requests, tokens and cost to expect for so many sentences and characters; no request.

        Raises:
            ConfigError: a language has no name.
        """
        return expect(
            sentences,
            characters,
            overhead=len(self.system()),
            per_request=self.settings.sentences_per_request,
            price=self.settings.price_per_million,
        )

    def _groups(self, texts: Sequence[str]) -> list[tuple[str, ...]]:
        """Texts in order, so many a group, and no more than `max_characters` in all."""
        groups: list[tuple[str, ...]] = []
        group: list[str] = []
        for text in texts:
            full = len(group) == self.settings.sentences_per_request
            if group and (full or not self.fits("".join((*group, text)))):
                groups.append(tuple(group))
                group = []
            group.append(text)
        return [*groups, tuple(group)] if group else groups

    def _ask(self, texts: Sequence[str], finished: list[Finished]) -> list[Translation]:
        """The translations as the model gives them; `finished` gets every group that has its own.

        Raises:
            ConfigError, RetryableError: the failure of a group; the others are given up.
        """
        groups = list(self._groups(texts))
        stop = threading.Event()
        size = min(self.settings.concurrency, max(1, len(groups)))
        with ThreadPoolExecutor(size, "openai") as pool:
            futures = [pool.submit(self._translate, group, stop) for group in groups]
            try:
                wait(futures, return_when=FIRST_EXCEPTION)
            finally:  # also on Ctrl-C: nothing new is sent, waits end
                if not all(future.done() for future in futures):
                    stop.set()
                    pool.shutdown(cancel_futures=True)
        failures: list[BaseException] = []
        for group, future in zip(groups, futures, strict=True):
            error = None if future.cancelled() else future.exception()
            if error is not None:
                failures.append(error)
            elif not future.cancelled():
                finished.append((group, future.result()))
        real = [error for error in failures if not isinstance(error, StoppedError)]
        if real:  # what the user must mend comes before what may pass
            raise next((error for error in real if isinstance(error, ConfigError)), real[0])
        return [result for future in futures for result in future.result()]

    def _translate(self, group: tuple[str, ...], stop: threading.Event) -> list[Translation]:
        with self._lock:
            kept = self._kept.get(group)
            if kept:
                answer = kept.pop()
                if not kept:
                    del self._kept[group]
                return answer
        assert self._chat is not None
        asked = Group(self._chat, group, stop)
        try:
            return asked.translate()
        except BaseException:
            stop.set()  # here, before this thread takes the next group
            with self._lock:
                self._owed += asked.usage
            raise

    def _pay(self, results: list[Translation]) -> list[Translation]:
        """Add tokens of earlier calls that failed to the first result."""
        with self._lock:
            owed, self._owed = self._owed, Usage()
        if results and owed != Usage():
            first = results[0]
            results[0] = replace(first, usage=owed + (first.usage or Usage()))
        return results
