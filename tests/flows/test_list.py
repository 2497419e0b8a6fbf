"""`spanferry list` where packages are missing."""

from __future__ import annotations

import pytest

from spanferry.flows import catalogue
from spanferry.flows.commands.info import list_backends


def test_the_extra_is_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", "400")
    monkeypatch.setattr(catalogue, "find_spec", lambda _: None)
    list_backends()
    assert "no: pip install 'spanferry[methods]'" in capsys.readouterr().out
