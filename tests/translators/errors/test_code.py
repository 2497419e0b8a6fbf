"""Every error that the code of the translators raises has a row: its own words stand in one."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.translators.errors.table import README, rows

KINDS = {
    "ConfigError", "InputError", "MissingExtraError", "RetryableError", "ValueError", "_refuse",
    "_secret",
}  # fmt: skip
#: Shorter pieces say too little to be looked for.
LEAST = 12


def raised() -> Iterator[tuple[str, str]]:
    """File and longest literal piece of every text that is raised, where it has one."""
    for path in sorted(README.parent.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            name = node.func if isinstance(node, ast.Call) else None
            known = getattr(name, "id", getattr(name, "attr", "")) in KINDS
            if not known or not isinstance(node, ast.Call):
                continue
            pieces = [
                part.value.strip()
                for argument in node.args
                for part in ast.walk(argument)
                if isinstance(part, ast.Constant) and isinstance(part.value, str)
            ]
            longest = max(pieces, key=len, default="")
            if len(longest) >= LEAST:
                yield f"{path.relative_to(README.parent)}:{node.lineno}", longest


@pytest.mark.parametrize(("place", "words"), list(raised()))
def test_it_has_a_row(place: str, words: str) -> None:
    assert any(words in row.says for row in rows()), place


def test_most_errors_are_looked_for() -> None:
    assert len(list(raised())) > 80
    assert Path(README).exists()
