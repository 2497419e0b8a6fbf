"""The Prefect executor: order, retries, failure; each case in a process of its own."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

#: Three shards in two stages; `CASE` says what goes wrong. Prints what was done, in order.
SCRIPT = """
import sys
from types import SimpleNamespace
from spanferry.flows.prefect_server import start
start()
from spanferry.data.errors import ConfigError, RetryableError
from spanferry.flows import retrying
retrying.FIRST_DELAY = 0.01
from spanferry.flows import prefect_flow
from spanferry.flows.units import Unit

case, tries = sys.argv[1], {}
def unit(stage, shard):
    return Unit("pt", SimpleNamespace(name=stage), SimpleNamespace(name=shard), "", None)
def work(unit):
    tries[unit.key] = tries.get(unit.key, 0) + 1
    if unit.key == "pt/two/b":
        if case == "once" and tries[unit.key] == 1: raise RetryableError("busy")
        if case == "always": raise RetryableError("busy")
        if case == "wrong": raise ConfigError("no such thing")
    sys.stdout.write(f"done {unit.key}\\n")  # in one piece, whatever the other thread writes
    return SimpleNamespace(rows=1, seconds=0.0)
chains = [[unit("one", shard), unit("two", shard)] for shard in "abc"]
try:
    prefect_flow.run_in_prefect([chains], work, workers=2, retries=2)
except Exception as error:
    print("raised", type(error).__name__, error)
print("tries", tries.get("pt/two/b"))
"""


@pytest.mark.parametrize(
    ("case", "tries", "raised"),
    [
        ("none", 1, None),
        ("once", 2, None),
        ("always", 3, "RetryableError busy"),
        ("wrong", 1, "ConfigError no such thing"),
    ],
)
def test_retries_and_failures(tmp_path: Path, case: str, tries: int, raised: str | None) -> None:
    script = tmp_path / "script.py"
    script.write_text(SCRIPT, "utf-8")
    done = subprocess.run(
        [sys.executable, str(script), case],
        cwd=tmp_path, capture_output=True, text=True, timeout=120, check=True,
    )  # fmt: skip
    lines = done.stdout.splitlines()
    assert f"tries {tries}" in lines
    assert "Traceback" not in done.stderr
    assert [line for line in lines if line.startswith("raised")] == (
        [f"raised {raised}"] if raised else []
    )
    finished = [line.split()[1] for line in lines if line.startswith("done")]
    assert len(finished) == len(set(finished))
    for shard in "abc":
        stages = [name for name in finished if name.endswith(shard)]
        assert stages == [f"pt/one/{shard}", f"pt/two/{shard}"][: len(stages)]
    if raised is None:
        assert len(finished) == 6
    else:
        assert "pt/two/b" not in finished
