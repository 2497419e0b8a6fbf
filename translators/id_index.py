"""Lines of JSONL by id, without keeping the ids in memory."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from typing import Any

import numpy as np

from spanferry.data.errors import InputError
from spanferry.translators.line_file import LineFile


class IdIndex:
    """The objects of a JSONL file by the value of a field; sixteen bytes of memory a line.

    Only a 64-bit hash of each id is kept. A line that is found through it is parsed and its id
    compared, so two ids of one hash do no harm. Blank lines count for nothing.

    Args:
        lines: the file.
        field: the field with the id; numbers are taken as their text.

    Raises:
        InputError: `bad_json`, `missing_id` or `duplicate_id`, with the line.
    """

    def __init__(self, lines: LineFile, field: str) -> None:
        self._lines = lines
        self._field = field
        hashes = np.zeros(len(lines), np.uint64)
        filled = np.zeros(len(lines), np.bool_)
        for number, line in enumerate(lines):
            if line.strip():
                hashes[number] = _hash(self._id(number))
                filled[number] = True
        numbers = np.flatnonzero(filled)
        order = numbers[np.argsort(hashes[numbers], kind="stable")]
        self._numbers = order
        self._hashes = hashes[order]
        self._refuse_duplicates()

    def __len__(self) -> int:
        return len(self._numbers)

    def __iter__(self) -> Iterator[tuple[str, dict[str, Any]]]:
        """Ids and objects in the order of the file, read one by one."""
        for number, line in enumerate(self._lines):
            if line.strip():
                yield self._id(number), self._object(number)

    def find(self, name: str) -> dict[str, Any] | None:
        """The object with an id, or None."""
        wanted = np.uint64(_hash(name))
        place = int(np.searchsorted(self._hashes, wanted))
        while place < len(self) and self._hashes[place] == wanted:
            number = int(self._numbers[place])
            if self._id(number) == name:
                return self._object(number)
            place += 1
        return None

    def _refuse_duplicates(self) -> None:
        for place in np.flatnonzero(self._hashes[1:] == self._hashes[:-1]):
            first, second = int(self._numbers[place]), int(self._numbers[place + 1])
            name = self._id(second)
            if name == self._id(first):
                raise InputError(
                    "duplicate_id",
                    f"id {name!r} stands in line {first + 1} already",
                    origin=self._origin(second),
                )

    def _id(self, number: int) -> str:
        found = self._object(number).get(self._field)
        if isinstance(found, bool) or not isinstance(found, str | int):
            raise InputError(
                "missing_id",
                f"the object has no {self._field!r} with a text or a whole number",
                origin=self._origin(number),
                raw=self._lines[number].decode("utf-8", "replace"),
            )
        return str(found)

    def _object(self, number: int) -> dict[str, Any]:
        line = self._lines[number]
        try:
            found = json.loads(line)
        except ValueError as error:  # broken JSON and broken UTF-8 are both kinds of it
            detail = f"no JSON: {error}"
        else:
            if isinstance(found, dict):
                return found
            detail = f"a JSON object is expected, found {type(found).__name__}"
        raise InputError(
            "bad_json", detail, origin=self._origin(number), raw=line.decode("utf-8", "replace")
        )

    def _origin(self, number: int) -> str:
        return f"{self._lines.path}:{number + 1}"


def _hash(name: str) -> int:
    digest = hashlib.blake2b(name.encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return int.from_bytes(digest, "little")
