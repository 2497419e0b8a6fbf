"""Lines of CoNLL and CoNLL-U files: bytes to text, and what comments say."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from spanferry.data.errors import InputError

ID_KEYS = ("id", "sent_id")
KEY_VALUE = re.compile(r"\s+(?P<key>[\w.:-]+(?: [\w.:-]+)?)\s*=\s*(?P<value>.*)")
NEW_DOCUMENT = re.compile(r"newdoc\b(?: id)?\s*=?\s*(?P<id>.*)")
ID_ONLY = re.compile(r"id\s+(?P<id>\S+)")


@dataclass(slots=True)
class Sentence:
    """The lines of one sentence, with their numbers in the file, from 1."""

    lines: list[tuple[int, bytes]] = field(default_factory=list)
    comments: list[str] = field(default_factory=list)
    document: str | int | None = None

    def shown(self, encoding: str) -> str:
        """The lines as text; bytes that are none are escaped."""
        return "\n".join(line.decode(encoding, "backslashreplace") for _, line in self.lines)


def decode_line(raw: bytes, encoding: str, place: str) -> str:
    """A line as text.

    Args:
        place: file and line number, for the error.

    Raises:
        InputError: `bad_encoding`.
    """
    try:
        return raw.decode(encoding)
    except UnicodeDecodeError as error:
        byte = f"byte 0x{raw[error.start]:02x} at {error.start}"
        raise InputError("bad_encoding", f"{byte} is not {encoding}", origin=place) from None


def read_comments(comments: Sequence[str]) -> tuple[str | None, str | None, dict[str, str | int]]:
    """The id, the text and the rest that a sentence's comments give, without their mark."""
    id, text = None, None
    meta: dict[str, str | int] = {}
    for comment in comments:
        pair = KEY_VALUE.match(f" {comment}")
        if NEW_DOCUMENT.match(comment):
            continue
        if pair and pair["key"] in ID_KEYS:
            id = pair["value"] or id
        elif pair and pair["key"] == "text":
            text = pair["value"]
        elif pair:
            meta[pair["key"]] = pair["value"]
        elif only := ID_ONLY.match(comment):
            id = only["id"]
    return id, text, meta
