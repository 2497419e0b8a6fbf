"""Lines of JSONL by id, without keeping the ids in memory."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from spanferry.data.errors import InputError
from spanferry.translators.parallel.hash_index import HashIndex
from spanferry.translators.parallel.line_file import LineFile


class IdIndex:
    """The objects of a JSONL file by the value of a field; see `HashIndex` for its memory.

    Blank lines count for nothing.

    Args:
        lines: the file.
        field: the field with the id; numbers are taken as their text.

    Raises:
        InputError: `bad_json`, `missing_id` or `duplicate_id`, with the line.
    """

    def __init__(self, lines: LineFile, field: str) -> None:
        self._lines = lines
        self._field = field
        self._index = HashIndex(
            (number, self._id(number), "") for number, line in enumerate(lines) if line.strip()
        )
        for first, second in self._index.twins.tolist():
            name = self._id(second)
            if name == self._id(first):
                raise InputError(
                    "duplicate_id",
                    f"id {name!r} stands in line {first + 1} already",
                    origin=f"{lines.path}:{second + 1}",
                )

    def __len__(self) -> int:
        return len(self._index)

    def __iter__(self) -> Iterator[tuple[str, dict[str, Any]]]:
        """Ids and objects in the order of the file, read one by one."""
        for number, line in enumerate(self._lines):
            if line.strip():
                yield self._id(number), read_object(self._lines, number)

    def find(self, name: str) -> dict[str, Any] | None:
        """The object with an id, or None."""
        for number in self._index.find(name):
            if self._id(number) == name:
                return read_object(self._lines, number)
        return None

    def _id(self, number: int) -> str:
        found = read_object(self._lines, number).get(self._field)
        if isinstance(found, bool) or not isinstance(found, str | int):
            raise InputError(
                "missing_id",
                f"the object has no {self._field!r} with a text or a whole number",
                origin=f"{self._lines.path}:{number + 1}",
                raw=self._lines[number].decode("utf-8", "replace"),
            )
        return str(found)


def read_object(lines: LineFile, number: int) -> dict[str, Any]:
    """The JSON object in a line.

    Raises:
        InputError: `bad_json`, with the line.
    """
    line = lines[number]
    try:
        found = json.loads(line)
    except (ValueError, RecursionError) as error:  # ValueError: broken JSON or broken UTF-8
        detail = f"no JSON: {error}"
    else:
        if isinstance(found, dict):
            return found
        detail = f"a JSON object is expected, found {type(found).__name__}"
    raise InputError(
        "bad_json",
        detail,
        origin=f"{lines.path}:{number + 1}",
        raw=line.decode("utf-8", "replace"),
    )
