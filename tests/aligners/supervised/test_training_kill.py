"""A training run that is killed and started again ends with the same checkpoint."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from spanferry.aligners.supervised.training import train
from spanferry.aligners.supervised.training_settings import TrainingSettings
from tests.aligners.supervised.small import gold

SETTINGS = TrainingSettings(
    kind="binary", steps=30, batch_rows=8, save_every=4, eval_every=10, learning_rate=1e-3,
    device="cpu",
)  # fmt: skip

#: Stops at step 15, of which the last state knows nothing yet, until it is killed.
SCRIPT = """
import sys, time
from pathlib import Path
import torch
torch.set_num_threads(1)
from tests.aligners.supervised.test_training_kill import SETTINGS
from tests.aligners.supervised.small import gold
from spanferry.aligners.supervised.training import train
def wait(progress):
    if progress.step >= 15:
        Path(sys.argv[3]).touch()
        time.sleep(600)
train(Path(sys.argv[1]), gold(20), SETTINGS, Path(sys.argv[2]), progress=wait)
"""


def test_killed_and_resumed_is_the_same(bert: Callable[[str], Path], tmp_path: Path) -> None:
    torch = pytest.importorskip("torch")
    base = bert("encoder")
    killed, whole = tmp_path / "killed", tmp_path / "whole"
    waits = tmp_path / "waits"
    child = subprocess.Popen(
        [sys.executable, "-c", SCRIPT, str(base), str(killed), str(waits)],
        cwd=Path(__file__).parents[3], env={**os.environ, "OMP_NUM_THREADS": "1"},
    )  # fmt: skip
    try:
        deadline = time.monotonic() + 120
        while not waits.exists():
            assert child.poll() is None, "the run ended before it could be killed"
            assert time.monotonic() < deadline
            time.sleep(0.01)
    finally:
        child.send_signal(signal.SIGKILL)
        assert child.wait() == -signal.SIGKILL
    assert torch.load(killed / "work" / "state.pt", weights_only=True)["step"] == 12
    assert not (killed / "training.json").exists()
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        reports = [train(base, gold(20), SETTINGS, folder) for folder in (killed, whole)]
    finally:
        torch.set_num_threads(threads)
    assert reports[0] == reports[1]
    for name in ("model.safetensors", "config.json", "tokenizer.json", "training.json"):
        assert (killed / name).read_bytes() == (whole / name).read_bytes()
