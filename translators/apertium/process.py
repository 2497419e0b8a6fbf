"""A pipeline of programs that stay alive: a text and a null character in, a result and one out.

The programs end by themselves when their input closes, so none outlives this process, however it
ended: the kernel closes the pipes.
"""

from __future__ import annotations

import contextlib
import os
import selectors
import subprocess
import tempfile
import time
from collections.abc import Sequence
from typing import IO

#: Bytes that are read or written at once; a pipe of Linux holds as many.
_BLOCK = 65_536
#: Bytes of standard error that are kept.
_MOST_SAID = 1_000_000
#: Seconds that a program gets to end after its input closed.
_GRACE = 1.0


class EngineFailure(Exception):  # noqa: N818 - caught where it is raised
    """The pipeline ended, gave something else than results, or nothing for too long."""


class Pipeline:
    """Programs of which each reads what the one before writes.

    One thread at a time may use it.

    Args:
        stages: the command line of each.
        folder: where they run.

    Raises:
        EngineFailure: one cannot be started.
    """

    def __init__(self, stages: Sequence[Sequence[str]], folder: str) -> None:
        self.programs: list[subprocess.Popen[bytes]] = []
        self._errors: IO[bytes] = tempfile.TemporaryFile(mode="ab+")  # noqa: SIM115
        self._rest = b""
        source: int | IO[bytes] | None = subprocess.PIPE
        try:
            for stage in stages:
                # a group of its own: Ctrl-C in the terminal is for this process to handle
                program = subprocess.Popen(
                    stage, stdin=source, stdout=subprocess.PIPE, stderr=self._errors,
                    cwd=folder, env=_environment(), process_group=0,
                )  # fmt: skip
                if self.programs:
                    _close(source)  # the programs alone hold it, so the end of one reaches the next
                self.programs.append(program)
                source = program.stdout
        except OSError as error:
            self.close()
            raise EngineFailure(f"{stage[0]} cannot be started: {error}") from error
        first, last = self.programs[0].stdin, self.programs[-1].stdout
        assert first is not None
        assert last is not None
        self._in, self._out = first.fileno(), last.fileno()
        os.set_blocking(self._in, False)
        os.set_blocking(self._out, False)

    def exchange(self, texts: Sequence[bytes], results: list[bytes], timeout: float) -> None:
        """Write texts and add their results, in order, to a list.

        The list holds what came in time when this fails.

        Args:
            texts: each with the null character at its end, and none besides.
            results: one more for each, without the null character.
            timeout: seconds to wait for the next result.

        Raises:
            EngineFailure: see there; the pipeline must not be used after it.
        """
        wanted = len(results) + len(texts)
        left = memoryview(b"".join(texts))
        deadline = time.monotonic() + timeout
        with selectors.DefaultSelector() as ready:
            ready.register(self._out, selectors.EVENT_READ)
            if left:
                ready.register(self._in, selectors.EVENT_WRITE)
            while len(results) < wanted:
                events = ready.select(max(0.0, deadline - time.monotonic()))
                if not events and time.monotonic() >= deadline:
                    raise EngineFailure(f"nothing came for {timeout:g} seconds")
                for key, _ in events:
                    if key.fd == self._in:
                        left = left[self._write(left) :]
                        if not left:
                            ready.unregister(self._in)
                    elif self._read(results):
                        deadline = time.monotonic() + timeout
        if len(results) > wanted or self._rest:
            raise EngineFailure("more came back than went in")

    def _write(self, left: memoryview) -> int:
        try:
            return os.write(self._in, left[:_BLOCK])
        except BlockingIOError:
            return 0
        except OSError as error:
            raise EngineFailure(f"a program ended{self._said()}") from error

    def _read(self, results: list[bytes]) -> bool:
        """Read what is there; whether a result is complete."""
        try:
            block = os.read(self._out, _BLOCK)
        except BlockingIOError:
            return False
        if not block:
            raise EngineFailure(f"a program ended{self._said()}")
        *whole, self._rest = (self._rest + block).split(b"\0")
        results += whole
        return bool(whole)

    def said(self) -> bytes:
        """What the programs wrote to standard error since this was asked last."""
        file = self._errors.fileno()
        if size := os.fstat(file).st_size:
            said = os.pread(file, size, 0)
            self._errors.truncate(0)
            return said
        return b""

    def _said(self) -> str:
        """What the programs wrote to standard error last, for messages."""
        with contextlib.suppress(OSError, ValueError):
            size = self._errors.seek(0, os.SEEK_END)
            self._errors.seek(max(0, size - 500))
            if said := " ".join(self._errors.read().decode("utf-8", "replace").split()):
                return f": {said}"
        return ""

    def forget_errors(self) -> None:
        """Empty the file that standard error goes to, so that it does not grow for ever."""
        if os.fstat(self._errors.fileno()).st_size > _MOST_SAID:
            self._errors.truncate(0)

    def kill(self) -> None:
        """End the programs at once; for those that have nothing left to say."""
        for program in self.programs:
            program.kill()
            program.wait()
        for pipe in (self.programs[0].stdin, self.programs[-1].stdout, self._errors):
            _close(pipe)

    def close(self) -> None:
        """Close the input, wait a little, end what is left."""
        for program in self.programs[:1]:
            _close(program.stdin)
        for program in self.programs[-1:]:
            _close(program.stdout)
        deadline = time.monotonic() + _GRACE
        for program in self.programs:
            try:
                program.wait(max(0.0, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                program.kill()
                program.wait()
        self._errors.close()


def _close(pipe: int | IO[bytes] | None) -> None:
    if pipe is not None and not isinstance(pipe, int):
        with contextlib.suppress(OSError):  # what was not written yet is of no use
            pipe.close()


def _environment() -> dict[str, str]:
    """The environment with a UTF-8 locale that every Debian has, or the programs refuse letters."""
    return {**os.environ, "LC_ALL": "C.UTF-8"}
