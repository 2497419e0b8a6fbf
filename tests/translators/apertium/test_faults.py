"""Engines that are killed or hang, and a Python that is killed: nothing lost, nothing left."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from spanferry.data.errors import RetryableError
from spanferry.translators.apertium.engine import MOST_FAILURES, Engine
from spanferry.translators.apertium.modes import Mode, folder, load
from spanferry.translators.apertium.pool import Pool
from tests.translators.apertium.needs import needs_apertium

TEXTS = [f"The {n} red houses of London are old." for n in range(2, 400)]


def children(parent: int) -> list[int]:
    """The processes that a process started and that are not over."""
    found = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            state, ppid = path.read_text().rpartition(")")[2].split()[:2]
        except (FileNotFoundError, ProcessLookupError):
            continue
        if int(ppid) == parent and state != "Z":
            found.append(int(path.parent.name))
    return found


def scripted(tmp_path: Path, *bodies: str) -> Mode:
    """A mode of small Python programs that read texts up to a null character."""
    stages = []
    for number, body in enumerate(bodies):
        path = tmp_path / f"stage{number}.py"
        path.write_text(
            "import os, sys, time\n"
            "rest = b''\n"
            "while block := os.read(0, 65536):\n"
            "    *whole, rest = (rest + block).split(b'\\0')\n"
            "    for text in whole:\n"
            f"        {body}\n"
            "        os.write(1, text + b'\\0')\n"
        )
        stages.append((sys.executable, "-S", str(path)))
    return Mode("x", tmp_path / "x.mode", str(tmp_path), tuple(stages))


@needs_apertium
@pytest.mark.parametrize("program", ["lt-proc", "apertium-tagger", "apertium-interchunk"])
def test_a_program_is_killed_midway_and_nothing_is_lost(program: str) -> None:
    pool = Pool(load(folder(None), "eng-spa"), 2, links=True, timeout=30)
    wanted = pool.translate(TEXTS)
    killed = 0

    def kill() -> None:
        nonlocal killed
        end = time.monotonic() + 5
        while killed < 2 and time.monotonic() < end:
            for child in children(os.getpid()):
                try:
                    name = Path(f"/proc/{child}/comm").read_text().strip()
                    if program.startswith(name) and name:
                        os.kill(child, signal.SIGKILL)
                        killed += 1
                        break
                except (FileNotFoundError, ProcessLookupError):
                    continue
            time.sleep(0.7)  # twice at the same text would be that text's fault

    killer = threading.Thread(target=kill)
    killer.start()
    rounds = 0
    while killer.is_alive():
        assert pool.translate(TEXTS) == wanted
        rounds += 1
    assert killed == 2
    assert pool.translate(TEXTS) == wanted
    assert rounds
    pool.close()


def test_the_text_that_kills_the_engine_is_the_one_that_fails(tmp_path: Path) -> None:
    mode = scripted(tmp_path, "pass", "b'poison' in text and sys.exit(3)")
    engine = Engine(mode, links=False, timeout=10)
    texts = ["one", "two", "poison", "four", "poison", "six"]
    done = engine.translate(texts)
    assert [r and r.text for r in done] == ["one", "two", None, "four", None, "six"]
    engine.close()


def test_a_text_that_hangs_fails_and_harms_no_other(tmp_path: Path) -> None:
    mode = scripted(tmp_path, "b'hang' in text and time.sleep(99)", "pass")
    engine = Engine(mode, links=False, timeout=0.4)
    begin = time.monotonic()
    done = engine.translate(["one", "hang", "three"])
    assert [r and r.text for r in done] == ["one", None, "three"]
    assert time.monotonic() - begin < 10
    engine.close()


def test_half_a_translation_is_not_taken_for_a_whole_one(tmp_path: Path) -> None:
    mode = scripted(
        tmp_path, "pass", "b'half' in text and (os.write(1, text[:2] + b'\\0'), sys.exit(1))"
    )
    engine = Engine(mode, links=False, timeout=10)
    assert [r and r.text for r in engine.translate(["one", "half", "two"])] == ["one", None, "two"]
    engine.close()


def test_an_engine_that_always_breaks_is_an_error_and_no_reason(tmp_path: Path) -> None:
    engine = Engine(scripted(tmp_path, "pass", "sys.exit(3)"), links=False, timeout=10)
    with pytest.raises(RetryableError, match=f"at each of {MOST_FAILURES} texts in a row"):
        engine.translate([f"text {n}" for n in range(20)])
    engine.close()


def test_a_pool_that_is_forgotten_ends_its_programs(tmp_path: Path) -> None:
    pool = Pool(scripted(tmp_path, "pass", "pass"), 2, links=False, timeout=10)
    before = set(children(os.getpid()))
    pool.translate(["one"])
    started = set(children(os.getpid())) - before
    assert len(started) == 2
    del pool
    assert not started & set(children(os.getpid()))


@needs_apertium
@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM, None])
def test_nothing_is_left_when_python_ends(how: signal.Signals | None) -> None:
    program = subprocess.Popen(
        [sys.executable, "-c",
         "import sys, threading\n"
         "from spanferry.translators.apertium import ApertiumTranslator as T\n"
         "t = T(source_language='en', target_language='es')\n"
         "t.translate(['The house is red.'] + [f'I see {n} dogs.' for n in range(99)])\n"
         "print('ready', flush=True)\n"
         "sys.stdin.read()\n"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE,
    )  # fmt: skip
    assert program.stdout is not None
    assert program.stdin is not None
    assert program.stdout.readline() == b"ready\n"
    started = children(program.pid)
    assert len(started) >= 10
    if how is None:
        program.stdin.close()
    else:
        program.send_signal(how)
    program.wait(20)
    end = time.monotonic() + 10
    while left := [pid for pid in started if Path(f"/proc/{pid}").exists() and not _zombie(pid)]:
        assert time.monotonic() < end, f"{left} of {started} are still there"
        time.sleep(0.05)
    program.stdout.close()
    if program.stdin and not program.stdin.closed:
        program.stdin.close()


def _zombie(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except (FileNotFoundError, ProcessLookupError):
        return True
