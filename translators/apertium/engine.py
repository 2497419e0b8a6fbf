"""An engine: the parts of a pipeline, and a new start when one of them breaks."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from spanferry.data.errors import ConfigError, RetryableError
from spanferry.translators.apertium.modes import Mode
from spanferry.translators.apertium.process import EngineFailure, Pipeline
from spanferry.translators.apertium.stream import Analysis, analysis, decode, encode, unknown_share
from spanferry.translators.apertium.tagger import Tagger, forgets_too_little
from spanferry.translators.base import CharLink

#: So many texts in a row at which a fresh engine breaks twice are not the texts' fault.
MOST_FAILURES = 5


@dataclass(frozen=True, slots=True)
class Result:
    """The translation of a text.

    Args:
        text: the translation; words that the dictionary lacks stay as they are.
        links: None where the engine does not tell.
        unknown: the share of such words.
    """

    text: str
    links: tuple[CharLink, ...] | None
    unknown: float


class Engine:
    """Pipelines that translate one batch after the other; one thread at a time may use it.

    Args:
        mode: see there.
        links: number the words to find them again.
        timeout: seconds that a text may take.
    """

    def __init__(self, mode: Mode, *, links: bool, timeout: float) -> None:
        self._mode = mode
        self._links = links and mode.numbers
        self._timeout = timeout
        self._parts: list[Pipeline | Tagger] = []
        self._sent = 0
        self._failures = 0

    def translate(self, texts: Sequence[str]) -> list[Result | None]:
        """Translate texts; None for one at which the engine broke twice.

        After a break the first text without a result is tried alone, by a fresh engine: it is the
        one that broke it, since results come in order. If it was not (somebody ended a program),
        nothing is lost.

        Raises:
            RetryableError: `MOST_FAILURES` texts in a row failed.
        """
        done: list[Result | None] = []
        suspect = -1
        while len(done) < len(texts):
            first = len(done)
            part = texts[first : first + 1] if first == suspect else texts[first:]
            try:
                self._batch(part, done.append)
                self._failures = 0
            except EngineFailure as failure:
                self.close()
                if len(done) > first:
                    self._failures = 0
                if first != suspect or len(done) > first:
                    suspect = len(done)
                    continue
                done.append(None)
                self._failures += 1
                if self._failures >= MOST_FAILURES:
                    raise RetryableError(
                        f"translator 'apertium': the engine of mode {self._mode.name} broke "
                        f"twice at each of {MOST_FAILURES} texts in a row: {failure}"
                    ) from failure
        return done

    def try_out(self) -> None:
        """Translate one word, to see that the programs run.

        Raises:
            ConfigError: they do not; the text holds what they said.
        """
        done: list[Result] = []
        try:
            self._batch(["spanferry"], done.append)
        except EngineFailure as failure:
            raise ConfigError(
                f"translator 'apertium': mode {self._mode.name} does not work here: {failure} "
                f"(the pipeline is in {self._mode.path})"
            ) from failure

    def _batch(self, texts: Sequence[str], give: Callable[[Result], None]) -> None:
        """Translate texts and give each result as soon as it is known to be right."""
        if not self._parts:  # 0.2 seconds; kept from then on
            for commands in self._mode.parts(numbered=self._links):
                careful = forgets_too_little(commands[0])
                self._parts.append(
                    Tagger(commands[0], self._mode.folder)
                    if careful
                    else Pipeline(commands, self._mode.folder)
                )
        ends = [f"[{number}]" for number in range(self._sent, self._sent + len(texts))]
        self._sent += len(texts)
        streams = [encode(text) for text in texts]
        made: list[Analysis] = []
        broken: EngineFailure | None = None
        for place, part in enumerate(self._parts):
            part.forget_errors()
            # where one breaks, what it gave before is good, and goes on
            streams, failure = _exchange(part, streams, ends, self._timeout)
            broken = failure or broken
            if place == 0:
                made = [
                    analysis(text, stream, number=self._links)
                    for text, stream in zip(texts, streams, strict=False)
                ]
                streams = [one.stream for one in made]
        for text, one, stream in zip(texts, made, streams, strict=False):
            out, links = decode(stream, text, one.words)
            told = links if self._links and one.exact else None
            give(Result(out, told, unknown_share(text, one.words)))
        if broken is not None:
            raise broken

    def close(self) -> None:
        """End the programs; the next batch starts them again."""
        parts, self._parts = self._parts, []
        for part in parts:
            part.close()


def _exchange(
    part: Pipeline | Tagger, streams: Sequence[str], ends: Sequence[str], timeout: float
) -> tuple[list[str], EngineFailure | None]:
    """The results of streams without their end marks, and what went wrong after the last one.

    A program that dies makes the ones after it end the text they are at, so half a translation
    looks like a whole one; its end mark is not there then, or another one's.
    """
    results: list[bytes] = []
    failure: EngineFailure | None = None
    try:
        part.exchange(
            [f"{stream}{end}\0".encode() for stream, end in zip(streams, ends, strict=False)],
            results,
            timeout,
        )
    except EngineFailure as caught:
        failure = caught
    bodies: list[str] = []
    for result, end in zip(results, ends, strict=False):
        text = result.decode("utf-8", "replace")
        if not text.endswith(end):
            return bodies, EngineFailure("a result is cut off")
        bodies.append(text[: -len(end)])
    return bodies, failure
