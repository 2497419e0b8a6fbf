"""A group of sentences until each has its translation or a reason why not."""

from __future__ import annotations

import logging
import threading
from collections.abc import Sequence
from dataclasses import replace

from spanferry.translators.base import Translation, Usage
from spanferry.translators.openai_server.chat import Chat
from spanferry.translators.openai_server.failures import Failure
from spanferry.translators.openai_server.replies import Completion, mean_score, read_items

log = logging.getLogger(__name__)


class Group:
    """Sentences that go to the server together, and in smaller groups where that fails.

    Asked for again are only the sentences whose part of a reply is of no use, in groups at most
    half as large, down to one alone; that one `reply_retries` times.

    Attributes:
        usage: tokens of all requests so far, failed ones too.
    """

    def __init__(self, chat: Chat, sentences: Sequence[str], stop: threading.Event) -> None:
        self.chat = chat
        self.sentences = sentences
        self.usage = Usage()
        self._stop = stop
        self._done: dict[int, Translation] = {}

    def translate(self) -> list[Translation]:
        """One result a sentence; the tokens of all requests are with the first.

        Raises:
            ConfigError, RetryableError, StoppedError: see `Chat.ask`.
        """
        self._solve(range(len(self.sentences)))
        results = [self._done[place] for place in range(len(self.sentences))]
        if self.usage != Usage():  # else the server does not count
            results[0] = replace(results[0], usage=self.usage)
        return results

    def _solve(self, places: Sequence[int], attempt: int = 0) -> None:
        sentences = [self.sentences[place] for place in places]
        answer = self.chat.ask(sentences, self._stop, again=attempt > 0)
        if len(places) == 1 and isinstance(answer, Failure) and answer.kind == "too_long":
            # servers count the bound of the output as if it were used up; it is wide, so it may
            # be all that does not fit
            answer = self.chat.ask(sentences, self._stop, again=attempt > 0, bounded=False)
        if isinstance(answer, Completion):
            self.usage += answer.usage
        reason = _reason(answer)
        if isinstance(answer, Completion) and reason is None:
            items = read_items(answer.content or "", len(places))
            score = mean_score(answer) if len(places) == 1 and self.chat.settings.score else None
            for number, text in items.items():
                self._done[places[number]] = Translation(text, score)
        left = [place for place in places if place not in self._done]
        if not left:
            return
        if len(places) > 1:
            middle = len(left) // 2
            few = len(left) <= len(places) // 2
            parts = (left,) if few else (left[:middle], left[middle:])
            for part in parts:
                self._solve(part, 0)
        elif reason is None and attempt < self.chat.settings.reply_retries:
            self._solve(places, attempt + 1)
        else:
            if isinstance(answer, Failure):
                log.warning("%s: %r: %s", reason, sentences[0][:80], answer.words)
            self._done[places[0]] = Translation(None, error=reason or "bad_reply")


def _reason(answer: Completion | Failure) -> str | None:
    """Why there can be no translation; None where asking again may help."""
    if isinstance(answer, Failure):
        return answer.kind
    if answer.refused:
        return "refused"
    return "length_limit" if answer.finish == "length" else None
