"""The tables under "Errors" in translators/README.md, and what a message must be to fit a row.

Words in capitals in a row stand for anything, N for a number, and `...` for more words.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

README = Path(__file__).parents[3] / "translators" / "README.md"
#: Names in capitals that stand for themselves.
NAMES = frozenset(
    {"CUDA_VISIBLE_DEVICES", "GPU", "HF_HOME", "HF_HUB_OFFLINE", "HF_TOKEN", "JSON", "LFS",
     "SPANFERRY_CACHE", "TMPDIR", "TMX", "UTF", "XML", "YAML"}
)  # fmt: skip
_AGAIN = " (again)"
_ROW = re.compile(r"\| (?P<what>.+?) \| (?P<ticks>`+) ?(?P<says>.+?) ?(?P=ticks) \|")
_STAND_IN = re.compile(r"\.\.\.|(?<![A-Za-z0-9_])(?:N|[A-Z][A-Z_]+)(?![A-Za-z0-9_])")
_HEADS = ("| what you did |", "|---")


@dataclass(frozen=True, slots=True)
class Row:
    """A row: the backend, what the user did, what it says, and whether it is tried again."""

    section: str
    what: str
    says: str
    again: bool


def rows(text: str | None = None) -> list[Row]:
    """The rows of all tables; a line of a table that is no row is an error."""
    text = README.read_text("utf-8") if text is None else text
    found: list[Row] = []
    section = ""
    for line in _errors(text).splitlines():
        if line.startswith("### "):
            section = line.removeprefix("### ").strip()
        elif line.startswith("|") and not line.startswith(_HEADS):
            match = _ROW.fullmatch(line.strip())
            assert match, f"one text in backticks is expected: {line}"
            what = match["what"]
            again = what.endswith(_AGAIN)
            found.append(Row(section, what.removesuffix(_AGAIN), match["says"], again))
    return found


def reasons() -> set[tuple[str, str]]:
    """The reason codes of single records by backend, as they stand below the tables."""
    found: set[tuple[str, str]] = set()
    parts = re.split(r"^### (.+)$", _errors(README.read_text("utf-8")), flags=re.MULTILINE)
    for section, text in zip(parts[1::2], parts[2::2], strict=True):
        told = re.search(r"^Reasons of single records[^:]*:(.*?)(?:\n\n|\Z)", text, re.S | re.M)
        for code in re.findall(r"`([a-z_]+)`", told[1] if told else ""):
            found.add((section.strip(), code))
    return found


def pattern(says: str) -> re.Pattern[str]:
    """The regular expression of a row's text.

    >>> bool(pattern("FILE: 'NAME' has N lines; ...").fullmatch("a.yaml: 'x' has 3 lines; so"))
    True
    """
    parts: list[str] = []
    place = 0
    for match in _STAND_IN.finditer(says):
        if match[0] in NAMES:
            continue
        parts.append(re.escape(says[place : match.start()]))
        parts.append({"...": ".*", "N": r"[\d.,]+"}.get(match[0], ".+"))
        place = match.end()
    return re.compile("".join([*parts, re.escape(says[place:])]), re.DOTALL)


def _errors(text: str) -> str:
    """The section "Errors", up to the next one."""
    return re.split(r"^## ", text.partition("\n## Errors\n")[2], flags=re.MULTILINE)[0]
