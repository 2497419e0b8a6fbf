"""The processors that a process may use."""

from __future__ import annotations

from pathlib import Path

import pytest

from spanferry.data import machine
from spanferry.data.machine import cores


@pytest.mark.parametrize(
    ("text", "most"),
    [("max 100000\n", None), ("50000 100000\n", 1), ("100000 100000\n", 1), ("", None), ("x", None),
     ("100000 0", None), ("-1 100000", 1)],
)  # fmt: skip
def test_a_container_has_its_share_of_the_processors(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, text: str, most: int | None
) -> None:
    file = tmp_path / "cpu.max"
    monkeypatch.setattr(machine, "_CGROUP", file)
    unlimited = cores()  # no such file
    file.write_text(text)
    assert cores() == (most or unlimited)
