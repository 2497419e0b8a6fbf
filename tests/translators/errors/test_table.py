"""Every row of the tables of errors is triggered for real, and says what the table says."""

from __future__ import annotations

import sys
from typing import Any

import pytest

from spanferry.data.errors import ConfigError, InputError, RetryableError
from spanferry.flows import cli
from tests.translators.errors import (  # noqa: F401 (they fill TRIGGERS)
    apertium,
    causal_lm,
    composed,
    ctranslate2,
    ctranslate2_files,
    ctranslate2_hub,
    every,
    generation,
    marked,
    openai,
    parallel_data,
    parallel_settings,
    prompts,
    student_pairs,
    students,
)
from tests.translators.errors.desk import TRIGGERS, Desk
from tests.translators.errors.table import Row, pattern, rows

#: Packages without which the rows of a section cannot be triggered.
NEEDS = {
    "causal_lm": ("torch", "transformers"),
    "ctranslate2": ("ctranslate2", "torch", "transformers"),
    "Generators": ("ctranslate2", "torch", "transformers"),
    "openai": ("openai",),
    "Students": ("sentencepiece", "torch", "transformers"),
    "Prompts": ("openai",),
}
ROWS = rows()


def test_every_row_has_a_trigger_and_every_trigger_a_row() -> None:
    keys = [(row.section, row.what) for row in ROWS]
    assert len(set(keys)) == len(keys)
    assert sorted(set(keys) - TRIGGERS.keys()) == []
    assert sorted(TRIGGERS.keys() - set(keys)) == []


@pytest.mark.timeout(1200)  # the first that needs the trained model trains it
@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.section}: {row.what}")
def test_it_says_so(row: Row, desk: Desk) -> None:
    for package in NEEDS.get(row.section, ()):
        pytest.importorskip(package)
    trigger = TRIGGERS[row.section, row.what]
    with pytest.raises(RetryableError if row.again else (ConfigError, InputError)) as caught:
        trigger(desk)
    assert pattern(row.says).fullmatch(str(caught.value)), f"{row.says}\n{caught.value}"


def test_a_row_fits_no_other_text() -> None:
    fits = pattern("FILE: 'NAME' needs N GPUs (JSON: WORDS); ...").fullmatch
    assert fits("a.yaml: 'x' needs 2 GPUs (JSON: so what); more")
    assert not fits("a.yaml: 'x' needs two GPUs (JSON: so what); more")
    assert not fits("a.yaml: 'x' needs 2 GPUs (XML: so what); more")
    assert not fits("a.yaml: 'x' needs 2 GPUs (JSON: so what)")


def test_a_line_that_is_no_row_is_noticed() -> None:
    with pytest.raises(AssertionError, match="one text in backticks"):
        rows("\n## Errors\n\n### x\n\n| two texts | `a`; `b` and c |\n")


@pytest.mark.parametrize(("again", "status", "word"), [(False, 2, "error"), (True, 1, "failed")])
def test_exit_status(
    desk: Desk, capsys: pytest.CaptureFixture[str], again: bool, status: int, word: str
) -> None:
    """What is marked "again" ends with 1 when it stays, all else with 2."""
    mine: dict[str, Any] = {"backend": "parallel", "path": "gone.txt"}
    address = "http://127.0.0.1:9/v1"
    theirs = {"backend": "openai", "model": "m", "base_url": address, "retries": 0}
    desk.configure(theirs if again else mine)
    desk.monkeypatch.setattr(sys, "argv", ["spanferry", "translate", "build.yaml"])
    desk.monkeypatch.setattr(cli, "set_up_logging", lambda: None)  # it would outlive the test
    with pytest.raises(SystemExit) as ended:
        cli.main()
    assert ended.value.code == status
    assert capsys.readouterr().err.startswith(f"{word}: translat")
