"""How many requests are at a server at the same time, over all threads of the process."""

from __future__ import annotations

import threading
import time
import weakref
from collections.abc import Iterator
from contextlib import contextmanager

#: How soon a thread that waits sees that it is to stop, in seconds.
_GLANCE = 0.2


class StoppedError(Exception):
    """Another request of the same call failed for good; this one is given up."""


class Gate:
    """Lets so many requests through at once, and none while the server has asked to wait."""

    def __init__(self) -> None:
        self.limit: int | None = None
        self._changed = threading.Condition()
        self._inside = 0
        self._closed_until = 0.0

    def join(self, limit: int) -> None:
        """Add a user of the server; the smallest limit of all counts."""
        with self._changed:
            self.limit = limit if self.limit is None else min(limit, self.limit)

    def close(self, seconds: float) -> None:
        """Let no request through for a while."""
        with self._changed:
            self._closed_until = max(self._closed_until, time.monotonic() + seconds)

    @contextmanager
    def passing(self, stop: threading.Event) -> Iterator[None]:
        """A place at the server, as soon as there is one.

        Raises:
            StoppedError: `stop` was set meanwhile.
        """
        with self._changed:
            while not stop.is_set():
                closed = self._closed_until - time.monotonic()
                if closed <= 0 and (self.limit is None or self._inside < self.limit):
                    break
                self._changed.wait(min(_GLANCE, closed) if closed > 0 else _GLANCE)
            else:
                raise StoppedError
            self._inside += 1
        try:
            yield
        finally:
            with self._changed:
                self._inside -= 1
                self._changed.notify()


#: One gate a server, for as long as a backend uses it.
_GATES: weakref.WeakValueDictionary[str, Gate] = weakref.WeakValueDictionary()
_LOCK = threading.Lock()


def gate_of(base_url: str, limit: int) -> Gate:
    """The gate of a server, shared by all backends of the process that use it."""
    with _LOCK:
        gate = _GATES.get(base_url)
        if gate is None:
            gate = _GATES[base_url] = Gate()
    gate.join(limit)
    return gate
