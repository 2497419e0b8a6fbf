"""eflomal's program: where it is, and one run of it in one direction.

It is under the GPL, so it is never linked or imported: we write its input files, start it, and
read the links that it prints.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import IO

from spanferry.aligners.eflomal import child
from spanferry.data.errors import ConfigError, MissingExtraError, RetryableError

PACKAGE = "eflomal"
EXTRA = "eflomal"
#: Signals of somebody who wants the program to end, the kernel without memory among them.
_KILLED = {signal.SIGKILL, signal.SIGTERM, signal.SIGINT, signal.SIGHUP}


@dataclass(frozen=True, slots=True)
class Program:
    """An installed program.

    Args:
        path: the file.
        version: of the package, or a hash of the file where there is none.
        seeded: whether it can be given a seed, so that the same input gives the same links.
    """

    path: Path
    version: str
    seeded: bool


@dataclass(frozen=True, slots=True)
class Task:
    """One run.

    Args:
        source, target, priors: files in the program's formats (see `texts.py`, `priors.py`).
        links: the file that it writes, a line for each sentence.
        reverse: links from target to source.
        rounds: sweeps over the text with each of its three models.
        null_prior: probability of no link, before anything is seen.
        seed: eight bytes, not all of them zero.
    """

    source: IO[bytes]
    target: IO[bytes]
    priors: IO[bytes] | None
    links: IO[bytes]
    reverse: bool
    rounds: tuple[int, int, int]
    null_prior: float
    seed: bytes


def find() -> Program | None:
    """The program of the installed package, or else the one on the search path."""
    try:
        package = distribution(PACKAGE)
        path = Path(str(package.locate_file(f"{PACKAGE}/bin/{PACKAGE}")))
        if os.access(path, os.X_OK):
            return Program(path, package.version, _can_be_seeded(path))
    except PackageNotFoundError:
        pass
    if (other := shutil.which(PACKAGE)) is None:
        return None
    path = Path(other)
    hashed = hashlib.sha256(path.read_bytes()).hexdigest()[:12]
    return Program(path, f"file-{hashed}", _can_be_seeded(path))


def need() -> Program:
    """The program.

    Raises:
        MissingExtraError: it is not installed.
    """
    found = find()
    if found is None:
        raise MissingExtraError(
            f"aligner 'eflomal' needs the program {PACKAGE!r}, which is not installed; "
            f"run: pip install 'spanferry[{EXTRA}]'"
        )
    return found


def _can_be_seeded(path: Path) -> bool:
    return hasattr(os, "memfd_create") and path.read_bytes().count(child.CHANCE) == 1


def run(program: Program, task: Task, started: Callable[[subprocess.Popen[bytes]], None]) -> None:
    """Run the program to its end; the thread that calls this must wait for it.

    Args:
        started: gets the process, so that others can end it.

    Raises:
        ConfigError: it cannot be started, or failed; the text holds what it said last.
        RetryableError: it was killed.
    """
    files = [task.source, task.target, task.links, *([task.priors] if task.priors else [])]
    how = "seeded" if program.seeded else "as-it-is"
    try:
        process = subprocess.Popen(
            [sys.executable, "-I", "-S", child.__file__, str(os.getpid()), how,
             str(program.path), *_arguments(task)],
            stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
            pass_fds=[file.fileno() for file in files],
            # its threads would draw from one source of chance in the order in which they come
            env={**os.environ, "OMP_NUM_THREADS": "1"},
        )  # fmt: skip
    except OSError as error:
        raise ConfigError(
            f"aligner 'eflomal': {program.path} cannot be started: {error}"
        ) from error
    started(process)
    _, said = process.communicate(task.seed)
    if process.returncode == 0:
        return
    reason = last_lines(said)
    if -process.returncode in _KILLED:
        raise RetryableError(
            f"aligner 'eflomal': the program was killed (signal {-process.returncode}){reason}; "
            "most often for want of memory: it holds the whole text and the priors, once for each "
            "run at a time; lower align.threads or align.corpus_pairs"
        )
    raise ConfigError(
        f"aligner 'eflomal': the program failed (status {process.returncode}){reason}"
    )


def last_lines(said: bytes, count: int = 3) -> str:
    """The last lines of standard error behind a colon, or nothing."""
    lines = [line.strip() for line in said.decode("utf-8", "replace").splitlines()]
    kept = [line for line in lines if line][-count:]
    return f": {' | '.join(kept)}" if kept else ""


def _arguments(task: Task) -> Sequence[str]:
    first, second, third = task.rounds
    made = [
        "-q", "-m", "3", "-n", "1", "-N", f"{task.null_prior:g}",
        "-1", str(first), "-2", str(second), "-3", str(third),
        "-s", _name(task.source), "-t", _name(task.target),
        "-r" if task.reverse else "-f", _name(task.links),
    ]  # fmt: skip
    return [*made, "-p", _name(task.priors)] if task.priors else made


def _name(file: IO[bytes]) -> str:
    # by its number: most files have no name, so that nothing is left of them after a kill
    return f"/dev/fd/{file.fileno()}"
