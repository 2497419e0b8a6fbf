"""kill -9 at any moment costs at most the shards in flight, and never a wrong byte."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.conftest import Command
from tests.flows.corpora import hashes, write_corpus


def kill_after_entries(folder: Path, config: Path, entries: int) -> int:
    """Start a build and kill it once its manifest has so many lines; returns the lines then."""
    process = subprocess.Popen(
        [sys.executable, "-m", "spanferry.flows.cli", "build", config.name,
         "--set", "run.shard_records=2"],
        cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    manifest = folder / "out/names.work/manifest.jsonl"
    until = time.monotonic() + 120
    while process.poll() is None and time.monotonic() < until:
        lines = manifest.read_bytes().count(b"\n") if manifest.exists() else 0
        if lines >= entries:
            break
        time.sleep(0.002)
    assert process.poll() is None, "the build ended before it could be killed"
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    return manifest.read_bytes().count(b"\n")


@pytest.mark.slow
def test_killed_builds_end_in_the_same_bytes(tmp_path: Path, spanferry: Command) -> None:
    whole, broken = tmp_path / "whole", tmp_path / "broken"
    for folder in (whole, broken):
        folder.mkdir()
        config = write_corpus(folder, 120)
    spanferry("build", config.name, "--set", "run.shard_records=2", cwd=whole)
    lines = [kill_after_entries(broken, config, entries) for entries in (1, 40, 150, 280)]
    assert lines == sorted(lines)
    assert lines[-1] < 301  # 60 shards in five stages, and the reading
    spanferry("build", config.name, "--set", "run.shard_records=2", cwd=broken)
    assert hashes(broken / "out/names") == hashes(whole / "out/names")
    # nothing was done twice but what was in flight
    entries = (broken / "out/names.work/manifest.jsonl").read_text("utf-8").splitlines()
    assert len(entries) == 301


@pytest.mark.slow
def test_a_killed_build_leaves_no_server(tmp_path: Path) -> None:
    config = write_corpus(tmp_path, 120)
    kill_after_entries(tmp_path, config, 20)
    time.sleep(1)
    left = []
    for proc in Path("/proc").glob("[0-9]*"):
        try:
            command = (proc / "cmdline").read_bytes().decode("utf-8", "replace")
        except OSError:
            continue
        if "spanferry.flows.prefect_child" in command:
            environ = (proc / "environ").read_bytes()
            if str(tmp_path).encode() in environ or (proc / "cwd").resolve() == tmp_path:
                left.append(command)
    assert left == []
