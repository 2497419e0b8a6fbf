"""kill -9 while a model is converted or while it translates: nothing broken is left behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from tests.conftest import Command
from tests.flows.corpora import hashes
from tests.flows.model_corpora import ARTIFICIAL, pair_records, published, write_build
from tests.models.language import pairs

pytest.importorskip("ctranslate2")
pytest.importorskip("torch")

RECORDS, SHARD = 600, 25
SHARDS = RECORDS // SHARD


def build_until(folder: Path, moment: Callable[[], bool]) -> int:
    """Start a build and kill it, and nothing but it, at a moment; returns its process id."""
    process = subprocess.Popen(
        [sys.executable, "-m", "spanferry.flows.cli", "build", "build.yaml"],
        cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    until = time.monotonic() + 120
    while process.poll() is None and not moment() and time.monotonic() < until:
        time.sleep(0.01)
    assert process.poll() is None, "the build ended before it could be killed"
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    return process.pid


def processes(folder: Path) -> list[str]:
    """Commands of the processes that work in a folder or have it in their arguments."""
    found = []
    for proc in Path("/proc").glob("[0-9]*"):
        try:
            command = (
                (proc / "cmdline").read_bytes().replace(b"\0", b" ").decode("utf-8", "replace")
            )
            place = (proc / "cwd").resolve()
        except OSError:  # it has just ended, or is somebody else's
            continue
        if str(folder) in command or place.is_relative_to(folder):
            found.append(command)
    return found


def orphans(folder: Path) -> list[str]:
    """Processes that are still there after the seconds that a child takes to see it is alone."""
    until = time.monotonic() + 5
    while processes(folder) and time.monotonic() < until:
        time.sleep(0.05)
    return processes(folder)


def entries(folder: Path, stage: str) -> int:
    """Shards of a stage that the manifest of a build says are done."""
    manifest = folder / "out/names.work/manifest.jsonl"
    name = f'"key": "{ARTIFICIAL}/{stage}/'.encode()
    return manifest.read_bytes().count(name) if manifest.exists() else 0


def reached(folder: Path, count: int) -> bool:
    """Whether so many shards are translated."""
    return entries(folder, "translate") >= count


@pytest.mark.slow
def test_killed_builds_end_in_the_same_bytes(
    tmp_path: Path, trained_model: Path, model_cache: Path, spanferry: Command
) -> None:
    whole, broken = tmp_path / "whole", tmp_path / "broken"
    cache = broken / "cache"
    for folder, models in ((whole, model_cache), (broken, cache)):
        write_build(
            folder, pair_records(pairs(RECORDS, seed=77)), model=trained_model, cache=models,
            targets=[ARTIFICIAL], translate={"links": True, "device": "cpu"},
            align={"backend": "attention"}, run={"shard_records": SHARD},
        )  # fmt: skip
    spanferry("build", "build.yaml", cwd=whole)

    def converting() -> bool:
        return any("convert_child" in command for command in processes(cache))

    def writing() -> bool:
        return any(cache.glob("models/.*.tmp/model.bin"))

    for moment in (converting, writing):
        build_until(broken, moment)
        assert orphans(broken) == []
        assert entries(broken, "translate") == 0
        # what is left is not taken for a model
        assert all(path.name.startswith(".") for path in cache.glob("models/*"))

    build_until(broken, partial(reached, broken, SHARDS // 3))
    assert orphans(broken) == []
    assert SHARDS // 3 <= entries(broken, "translate") < SHARDS
    # one model, whole; nothing of the two attempts
    [model] = (path for path in cache.glob("models/*") if not path.name.endswith(".lock"))
    assert (model / "model.bin").stat().st_size > 0

    spanferry("build", "build.yaml", cwd=broken)
    assert hashes(broken / "out/names") == hashes(whole / "out/names")
    assert len(published(ARTIFICIAL, str(broken / "out/names"))) > 0.9 * RECORDS
    assert entries(broken, "translate") == SHARDS  # none was done twice, but those in flight
    assert orphans(tmp_path) == []
