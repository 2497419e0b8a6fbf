"""The articles of a SQuAD file, decoded one at a time.

A corpus of a hundred thousand questions is one JSON object; decoded as a whole it would take
several times its size.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from spanferry.data.errors import InputError
from spanferry.data.jsonl import strict_decoder

_BLANK = " \t\r\n"


def articles(text: str, path: str) -> Iterator[Any]:
    """The elements of the list `data` of a JSON object.

    Raises:
        InputError: `bad_file`; the text is no JSON object with such a list, or breaks off.
    """
    scan = _Scanner(text, path)
    scan.expect("{", "a SQuAD file is a JSON object, not one object a line")
    found = False
    more = scan.peek() != "}"
    while more:
        key = scan.value()
        scan.expect(":", "no JSON")
        if key == "data" and not found:
            found = True
            scan.expect("[", "'data' must be a list")
            inner = scan.peek() != "]"
            while inner:
                yield scan.value()
                inner = scan.comma("]")
            scan.expect("]", "no JSON")
        else:
            scan.value()
        more = scan.comma("}")
    scan.expect("}", "no JSON")
    if scan.peek():
        raise scan.error("something follows the object; a SQuAD file is one JSON object")
    if not found:
        raise scan.error("there is no 'data', so it is no SQuAD file")


class _Scanner:
    """A place in a JSON text that moves on, value by value."""

    def __init__(self, text: str, path: str) -> None:
        self._text, self._path, self._at = text, path, 0
        self._decoder = strict_decoder()

    def peek(self) -> str:
        """The next character that is not blank; empty at the end."""
        text, at = self._text, self._at
        while at < len(text) and text[at] in _BLANK:
            at += 1
        self._at = at
        return text[at : at + 1]

    def expect(self, character: str, what: str) -> None:
        """Step over a character that must come."""
        if self.peek() != character:
            raise self.error(what)
        self._at += 1

    def comma(self, end: str) -> bool:
        """Step over a comma; false before the closing bracket."""
        if self.peek() == end:
            return False
        self.expect(",", "no JSON")
        return True

    def value(self) -> Any:
        """The value that comes."""
        self.peek()
        try:
            value, self._at = self._decoder.raw_decode(self._text, self._at)
        except InputError as error:
            raise self.error(error.detail) from None
        except (ValueError, RecursionError) as error:
            raise self.error(f"no JSON: {error}") from None
        return value

    def error(self, what: str) -> InputError:
        line = self._text.count("\n", 0, self._at) + 1
        return InputError("bad_file", what, origin=f"{self._path}:{line}")
