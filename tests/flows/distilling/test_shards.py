"""Work on several shards at once ends when one fails, and when the user interrupts."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Iterator

import pytest

from spanferry.flows.distilling.shards import work_on


@pytest.fixture
def heeded() -> Iterator[None]:
    """Ctrl-C raises, which it does not in a process that a shell began in the background."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("heeded")
@pytest.mark.parametrize("interrupted", [True, False])
def test_what_waits_is_not_begun(interrupted: bool) -> None:
    begun: list[int] = []

    def work(number: int) -> None:
        begun.append(number)
        time.sleep(0.05)
        if number == 1 and interrupted:
            signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)
        elif number == 1:
            raise ValueError("shard 1")

    with pytest.raises(KeyboardInterrupt if interrupted else ValueError):
        work_on(range(60), work, workers=2, retries=0)
    assert 1 in begun
    assert len(begun) < 30


def test_all_is_done() -> None:
    done: list[int] = []
    work_on(range(20), done.append, workers=4, retries=0)
    assert sorted(done) == list(range(20))
