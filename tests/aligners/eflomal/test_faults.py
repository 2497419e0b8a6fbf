"""The program missing, failing, killed; the parent killed; the disk full."""

from __future__ import annotations

import logging
import os
import signal
import subprocess
import sys
import textwrap
import threading
import time
from importlib.metadata import PackageNotFoundError
from pathlib import Path

import pytest

from spanferry.aligners.base import WordPair
from spanferry.aligners.eflomal import EflomalAligner, program, sampling
from spanferry.data.errors import ConfigError, MissingExtraError, RetryableError
from tests.aligners.eflomal.needs import aligner, needs_eflomal, text

REAL = program.find()
PAIRS = [WordPair(["a", "b"], ["c", "d"])] * 3


@pytest.fixture
def stand_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A program on the search path instead of the installed one; the test writes it."""

    def absent(name: str) -> object:
        raise PackageNotFoundError(name)

    monkeypatch.setattr(program, "distribution", absent)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}/usr/bin{os.pathsep}/bin")
    return tmp_path / "eflomal"


def script(path: Path, body: str) -> None:
    path.write_text(f"#!/bin/sh\n{body}\n")
    path.chmod(0o755)


def test_a_missing_program_names_the_extra(stand_in: Path) -> None:
    assert EflomalAligner.missing() == "pip install 'spanferry[eflomal]'"
    assert EflomalAligner().info.revision.startswith("missing")
    with pytest.raises(MissingExtraError, match=r"pip install 'spanferry\[eflomal\]'"):
        EflomalAligner().setup()


def test_what_a_failing_program_says_is_told(stand_in: Path) -> None:
    script(stand_in, "echo first >&2; echo 'Model must be 1, 2 or 3!' >&2; exit 7")
    with pytest.raises(ConfigError, match=r"failed \(status 7\): first \| Model must be 1"):
        EflomalAligner().setup()
    script(stand_in, "kill -9 $$")
    with pytest.raises(RetryableError, match=r"was killed \(signal 9\).*memory"):
        EflomalAligner().setup()


def test_links_that_were_cut_off_are_noticed(stand_in: Path) -> None:
    script(stand_in, 'for last; do :; done; printf "0-0 1" > "$last"')
    with pytest.raises(RetryableError, match="wrote 0 lines of links for 2 sentence pairs"):
        EflomalAligner().setup()


@needs_eflomal
def test_a_program_that_takes_no_seed_is_used_with_a_warning(
    stand_in: Path, caplog: pytest.LogCaptureFixture
) -> None:
    script(stand_in, f'exec {REAL.path if REAL else ""} "$@"')  # the real one, behind a script
    with caplog.at_level(logging.WARNING):
        made = aligner(samplers=1, length=0.01)
    assert "cannot be given a seed here" in caplog.text
    assert made.info.revision.startswith("file-")
    assert len(made.align(PAIRS)) == 3


@needs_eflomal
def test_a_full_disk_is_a_failure_that_may_pass(monkeypatch: pytest.MonkeyPatch) -> None:
    full = Path("/dev/full")
    if not full.exists():
        pytest.skip("there is no /dev/full")
    made = aligner(samplers=1)
    monkeypatch.setattr("spanferry.aligners.eflomal.shard.temporary", lambda: full.open("r+b", 0))
    with pytest.raises(RetryableError, match=r"TMPDIR.* cannot be written: .*No space left"):
        made.align(PAIRS)


def running(parent: int) -> list[int]:
    """Children of a process."""
    found = Path(f"/proc/{parent}/task").glob("*/children")
    return [int(pid) for file in found for pid in file.read_text().split()]


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


@needs_eflomal
@pytest.mark.skipif(sys.platform != "linux", reason="the kernel ends children on Linux only")
def test_the_program_ends_with_its_parent_and_leaves_no_file(tmp_path: Path) -> None:
    code = """
        from tests.aligners.eflomal.needs import aligner, text
        made = aligner(samplers=1, length=100, threads=2)
        print("ready", flush=True)
        made.align(text(200)[0])
    """
    parent = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(code)], stdout=subprocess.PIPE,
        env={**os.environ, "TMPDIR": str(tmp_path)}, cwd=Path(__file__).parents[3],
    )  # fmt: skip
    try:
        assert parent.stdout is not None
        assert parent.stdout.readline() == b"ready\n"
        deadline = time.monotonic() + 30
        while len(children := running(parent.pid)) < 2 or not all(
            b"eflomal" in Path(f"/proc/{pid}/cmdline").read_bytes() for pid in children
        ):
            assert time.monotonic() < deadline
            time.sleep(0.02)
        time.sleep(0.2)  # they have become the program
    finally:
        parent.send_signal(signal.SIGKILL)
        parent.wait()
    while any(map(alive, children)):
        assert time.monotonic() < deadline
        time.sleep(0.02)
    assert list(tmp_path.iterdir()) == []


@needs_eflomal
def test_when_one_run_fails_the_others_are_ended() -> None:
    made = aligner(samplers=2, length=100, threads=4)
    seen: list[int] = []

    def kill_one() -> None:
        deadline = time.monotonic() + 30
        while not seen and time.monotonic() < deadline:
            seen.extend(pid for pid in running(os.getpid()) if "eflomal" in named(pid))
            time.sleep(0.02)
        os.kill(seen[0], signal.SIGKILL)

    def named(pid: int) -> str:
        return Path(f"/proc/{pid}/cmdline").read_text()

    killer = threading.Thread(target=kill_one)
    killer.start()
    start = time.monotonic()
    with pytest.raises(RetryableError, match="was killed"):
        made.align(text(200)[0])
    killer.join()
    assert time.monotonic() - start < 20
    assert not [pid for pid in running(os.getpid()) if "eflomal" in named(pid)]


def test_no_more_programs_run_than_are_allowed() -> None:
    now, most = 0, 0
    lock = threading.Lock()

    def job(note: object) -> None:
        nonlocal now, most
        with lock:
            now += 1
            most = max(most, now)
        time.sleep(0.02)
        with lock:
            now -= 1

    shared = sampling.Workers(2)
    threads = [threading.Thread(target=shared.run, args=([job] * 4,)) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == 2
