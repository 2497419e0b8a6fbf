"""Set-up of all tests: no network, and a build command that runs as a user would run it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

os.environ.update(HF_HUB_OFFLINE="1", HF_DATASETS_OFFLINE="1", DO_NOT_TRACK="1")

Command = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def spanferry(tmp_path: Path) -> Command:
    """The command line in a process of its own, in a fresh folder."""

    def run(
        *args: str, check: bool = True, cwd: Path = tmp_path
    ) -> subprocess.CompletedProcess[str]:
        done = subprocess.run(
            [sys.executable, "-m", "spanferry.flows.cli", *args],
            cwd=cwd, capture_output=True, text=True, timeout=240, check=False,
        )  # fmt: skip
        if check and done.returncode:
            pytest.fail(f"spanferry {' '.join(args)} ended with {done.returncode}:\n{done.stderr}")
        return done

    return run
