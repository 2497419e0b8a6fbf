"""Lines of a CoNLL-U sentence to the words that stand in its text."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from spanferry.data.errors import InputError

COLUMNS = (
    "id", "form", "lemma", "upos", "xpos", "feats", "head", "deprel", "deps", "misc",
)  # fmt: skip
_ID = re.compile(r"(?P<first>\d+)(?:(?P<kind>[-.])(?P<second>\d+))?")


class Row(NamedTuple):
    """A line: its number in the file, from 1, and its cells."""

    line: int
    cells: list[str]


@dataclass(frozen=True, slots=True)
class Word:
    """A word as it is written.

    Args:
        form: its characters.
        rows: the syntactic words that it is: one, or the parts of a multiword token.
        space_after: whether white space follows.
    """

    form: str
    rows: tuple[Row, ...]
    space_after: bool


def read_rows(rows: Sequence[Row], path: str) -> tuple[list[Row], dict[int, tuple[int, Row]]]:
    """The syntactic words, in order, and the multiword tokens over them.

    Args:
        rows: all lines of a sentence but comments.
        path: of the file, for errors.

    Returns:
        The rows of the words 1, 2, ...; and for the first word of each multiword token its last
        word and its row.

    Raises:
        InputError: `bad_columns`, a line is not of ten columns, or ids are out of sequence.
    """
    words: list[Row] = []
    ranges: dict[int, tuple[int, Row]] = {}
    covered = 0
    for row in rows:

        def bad(what: str, row: Row = row) -> InputError:
            return InputError("bad_columns", what, origin=f"{path}:{row.line}")

        if len(row.cells) != len(COLUMNS):
            raise bad(f"{len(row.cells)} columns, expected {len(COLUMNS)}, separated by tabs")
        for name, cell in zip(COLUMNS, row.cells, strict=True):
            if not cell.strip():
                raise bad(f"the column {name} is empty")
        id = _ID.fullmatch(row.cells[0])
        if id is None:
            raise bad(f"id {row.cells[0]!r} is no number, range (1-2) or empty node (1.1)")
        first, kind = int(id["first"]), id["kind"]
        if kind == ".":
            if first != len(words):
                raise bad(f"the empty node {row.cells[0]} does not follow word {first}")
        elif kind == "-":
            last = int(id["second"])
            if first != len(words) + 1 or last < first or first <= covered:
                raise bad(f"the multiword token {row.cells[0]} is out of sequence")
            ranges[first], covered = (last, row), last
        elif first != len(words) + 1:
            raise bad(f"id {first}, expected {len(words) + 1}")
        else:
            words.append(row)
    if covered > len(words):
        line = max(ranges.values())[1].line
        what = f"a multiword token ends at word {covered} of {len(words)}"
        raise InputError("bad_columns", what, origin=f"{path}:{line}")
    if not words:
        raise InputError("bad_columns", "the sentence has no word", origin=f"{path}:{rows[0].line}")
    return words, ranges


def surface_words(
    words: Sequence[Row], ranges: dict[int, tuple[int, Row]], path: str
) -> list[Word]:
    """The words that are written; see the head of `conllu.py` for multiword tokens.

    Args:
        words, ranges: what `read_rows` gives.
        path: of the file, for errors.
    """
    found: list[Word] = []
    number = 1
    while number <= len(words):
        last, row = ranges.get(number, (number, words[number - 1]))
        parts = tuple(words[number - 1 : last])
        form, space = _form(row), _space_after(row)
        spelled = [_form(part) for part in parts]
        if "".join(spelled) == form:
            found += [
                Word(each, (part,), space and part is parts[-1])
                for each, part in zip(spelled, parts, strict=True)
            ]
        else:
            found.append(Word(form, parts, space))
        number = last + 1
    return found


def _form(row: Row) -> str:
    return row.cells[COLUMNS.index("form")].strip()


def _space_after(row: Row) -> bool:
    return "SpaceAfter=No" not in row.cells[COLUMNS.index("misc")].split("|")
