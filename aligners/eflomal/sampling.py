"""Several runs of the program over one text, in both directions."""

from __future__ import annotations

import hashlib
import math
import subprocess
import tempfile
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from typing import IO

from spanferry.data.machine import cores

#: Sweeps over a text are these, divided by the square root of its number of sentences: the
#: default of eflomal's own `eflomal-align`. A quarter of them for each of the first two models.
SWEEPS = 5_000
#: Words of a sentence that counts as one.
_WORDS = 30


@dataclass(frozen=True, slots=True)
class Plan:
    """What is run.

    Args:
        length: factor of the number of sweeps.
        null_prior: probability that a word has no link, before anything is seen.
        seed: any number.
    """

    length: float
    null_prior: float
    seed: int

    def rounds(self, sentences: int, words: int) -> tuple[int, int, int]:
        """Sweeps with each model: words only, with jumps, with numbers of links.

        Args:
            sentences: of the text.
            words: likewise; a few very long sentences count as many short ones, or they would be
                swept for hours.
        """
        size = max(1, sentences, words / _WORDS)
        last = max(2, round(self.length * SWEEPS / math.sqrt(size)))
        return max(2, last // 4), max(1, last // 4), last

    def seed_of(self, sampler: int, reverse: bool) -> bytes:
        """Eight bytes; the program's generator would not leave 0."""
        text = f"{self.seed} {sampler} {reverse}"
        return (int.from_bytes(hashlib.sha256(text.encode()).digest()[:8]) | 1).to_bytes(
            8, "little"
        )


Note = Callable[[subprocess.Popen[bytes]], None]


class Workers:
    """At most so many programs at a time, whoever asks for them.

    Args:
        size: how many.
    """

    def __init__(self, size: int) -> None:
        self.size = size
        self._free = threading.BoundedSemaphore(size)

    def run(self, jobs: Sequence[Callable[[Note], None]]) -> None:
        """Run all; if one fails, end the others and raise its error.

        Args:
            jobs: each runs one program, waits for it in the thread that called it (the kernel ends
                a program with the thread that started it), and passes it to what it is given.
        """
        started: list[subprocess.Popen[bytes]] = []
        lock = threading.Lock()
        stopped = False

        def note(process: subprocess.Popen[bytes]) -> None:
            with lock:
                started.append(process)
                if stopped:
                    process.kill()

        def work(job: Callable[[Note], None]) -> None:
            with self._free:
                if not stopped:
                    job(note)

        with ThreadPoolExecutor(min(self.size, len(jobs))) as pool:
            futures = [pool.submit(work, job) for job in jobs]
            try:
                for future in futures:
                    future.result()
            except BaseException:
                with lock:
                    stopped = True
                    for process in started:
                        process.kill()  # does nothing where it has ended
                raise


@cache
def workers(size: int | str) -> Workers:
    """The workers that all aligners of this process share; `auto` is one a core."""
    return Workers(size if isinstance(size, int) else cores())


def temporary() -> IO[bytes]:
    """A file without a name, so that nothing is left of it however this process ends."""
    return tempfile.TemporaryFile()
