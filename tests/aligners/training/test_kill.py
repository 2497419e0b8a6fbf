"""kill -9 at any moment: the same call goes on, and ends in the same bytes."""

from __future__ import annotations

import multiprocessing
import os
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import torch

from spanferry.data.training.folders import REPORT, WORK
from tests.aligners.training import process
from tests.aligners.training.making import lessons, make_bert, sentences

Moment = Callable[[Path, Path], bool]


def begun(out: Path, _steps: Path) -> bool:
    return (out / WORK / "ingredients.json").exists()


def trained(count: int) -> Moment:
    def moment(_out: Path, steps: Path) -> bool:
        return steps.exists() and int(steps.read_text("utf-8") or 0) >= count

    return moment


def saving(out: Path, steps: Path) -> bool:
    """While a state is being written; a while later at the latest, should that be missed."""
    return any((out / WORK).glob(".state.pt.*.tmp")) or trained(12)(out, steps)


@pytest.fixture
def one_thread() -> Iterator[None]:
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


def kill_at(moment: Moment, base: Path, out: Path, steps: Path) -> None:
    """Start a run in a process of its own and kill it at a moment."""
    steps.unlink(missing_ok=True)
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([process.__name__])
    child = context.Process(target=process.run, args=(base, out, steps))
    child.start()
    assert child.pid is not None
    until = time.monotonic() + 120
    while child.is_alive() and not moment(out, steps) and time.monotonic() < until:
        time.sleep(0.0005)
    assert child.is_alive(), "the run ended before it could be killed"
    os.kill(child.pid, signal.SIGKILL)
    child.join()
    assert child.exitcode == -signal.SIGKILL


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.name != ".lock"}


@pytest.mark.slow
@pytest.mark.usefixtures("one_thread")
def test_a_killed_run_ends_in_the_same_bytes(tmp_path: Path) -> None:
    pairs, _ = lessons(60, 20)
    base = make_bert(tmp_path / "base", sentences(pairs), flat_positions=True)
    whole, broken, steps = tmp_path / "whole", tmp_path / "broken", tmp_path / "steps"
    report = process.run(base, whole)
    assert report.kept_step > 0, "these are the weights that were trained, not those of the base"
    for moment in (begun, saving, trained(15)):
        kill_at(moment, base, broken, steps)
        assert not (broken / REPORT).exists()
        assert (broken / WORK).is_dir()
    at = torch.load(broken / WORK / "state.pt")["step"]
    assert 4 <= at < 24, "the last call must have something to go on from, and something to do"
    assert process.run(base, broken) == report
    assert contents(broken) == contents(whole)
    assert {"config.json", "model.safetensors", "tokenizer.json"} <= contents(whole).keys()
