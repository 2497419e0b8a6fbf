"""Sentence pairs as plain text: two files that run line by line, or `source ||| target`."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from spanferry.aligners.link_files.errors import bad
from spanferry.aligners.link_files.lines import read_lines
from spanferry.data.errors import ConfigError

#: A sentence as the shared tasks on word alignment mark it up; their links do not count the marks.
_MARKED = re.compile(r"\s*<s snum=\"?[0-9]+\"?>(.*)</s>\s*", re.ASCII)
#: Between the two sides of a pair, as programs for parallel text write it.
SEPARATOR = "|||"


@dataclass(frozen=True, slots=True)
class Texts:
    """A sentence and its translation, as they stand on their lines."""

    origin: str
    source: str
    target: str


def read_texts(source: Path, target: Path) -> list[Texts]:
    """Pairs from two files with a sentence a line, perhaps as `<s snum=0001> ... </s>`.

    Raises:
        ConfigError: one has more lines than the other. ConfigError, InputError: see `read_lines`.
    """
    left, right = read_lines(source), read_lines(target)
    if len(left) != len(right):
        raise ConfigError(
            f"{source} has {len(left)} lines and {target} {len(right)}; "
            "the lines of both must belong together"
        )
    return [
        Texts(f"{source}:{number}", *map(_unmarked, pair))
        for number, pair in enumerate(zip(left, right, strict=True), 1)
    ]


def _unmarked(line: str) -> str:
    match = _MARKED.fullmatch(line)
    return line if match is None else match[1]


def read_joined(path: Path) -> list[Texts]:
    """Pairs from a file of lines `source ||| target`.

    Raises:
        ConfigError, InputError: see `read_lines` and `parse_joined`.
    """
    return parse_joined(read_lines(path), str(path))


def parse_joined(lines: Sequence[str], name: str) -> list[Texts]:
    """Pairs from lines `source ||| target` of a file called `name`.

    Raises:
        InputError: a line has not exactly one separator.
    """
    found = []
    for number, line in enumerate(lines, 1):
        origin = f"{name}:{number}"
        parts = line.split(SEPARATOR)
        if len(parts) != 2:
            raise bad(f"has {len(parts) - 1} times {SEPARATOR}, and needs it once", origin, line)
        found.append(Texts(origin, parts[0].strip(" \t"), parts[1].strip(" \t")))
    return found
