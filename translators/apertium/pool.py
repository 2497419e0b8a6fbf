"""Engines that are lent out one a thread, and kept for the next batch, shard and target."""

from __future__ import annotations

import threading
import weakref
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

from spanferry.translators.apertium.engine import Engine, Result
from spanferry.translators.apertium.modes import Mode

#: Texts that an engine gets at once: enough to keep all its programs busy, few enough that all
#: engines have work to the end.
BATCH = 32


class Pool:
    """Engines of one mode, at most `size`, started when they are needed.

    Safe to use from several threads. The engines end with `close`, when the pool is collected, or
    when Python ends; after `close` a new call starts new ones.

    Args:
        mode: what they translate.
        size: how many there may be.
        links, timeout: see `Engine`.
    """

    def __init__(self, mode: Mode, size: int, *, links: bool, timeout: float) -> None:
        self._mode = mode
        self._size = size
        self._links = links
        self._timeout = timeout
        self._idle: list[Engine] = []
        self._all: list[Engine] = []
        self._free = threading.Semaphore(size)
        self._lock = threading.Lock()
        self._end = weakref.finalize(self, _close_all, self._all)

    def translate(self, texts: Sequence[str]) -> list[Result | None]:
        """One result a text, in order; None where the engine breaks at it.

        Raises:
            RetryableError: the engine breaks whatever it gets.
        """
        batches = [texts[start : start + BATCH] for start in range(0, len(texts), BATCH)]
        if len(batches) == 1:
            return self._translate(batches[0])
        with ThreadPoolExecutor(min(self._size, len(batches))) as threads:
            return [result for part in threads.map(self._translate, batches) for result in part]

    def try_out(self) -> None:
        """Start an engine, or use one, for a text that cannot fail.

        Raises:
            ConfigError: it does; the text holds what the programs said.
        """
        with self._lent() as engine:
            engine.try_out()

    def close(self) -> None:
        """End the engines that nobody uses at the moment."""
        with self._lock:
            idle, self._idle[:] = self._idle[:], []
            for engine in idle:
                self._all.remove(engine)
        _close_all(idle)

    def _translate(self, texts: Sequence[str]) -> list[Result | None]:
        with self._lent() as engine:
            return engine.translate(texts)

    @contextmanager
    def _lent(self) -> Iterator[Engine]:
        with self._free:
            with self._lock:
                if not self._idle:
                    self._idle.append(Engine(self._mode, links=self._links, timeout=self._timeout))
                    self._all.append(self._idle[-1])
                engine = self._idle.pop()
            try:
                yield engine
            except BaseException:
                engine.close()  # it may be in the middle of a batch
                raise
            finally:
                with self._lock:
                    self._idle.append(engine)


def _close_all(engines: Sequence[Engine]) -> None:
    for engine in engines:
        engine.close()
