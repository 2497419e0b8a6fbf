"""Lines of text files as other tools write them: a mark at the beginning, CRLF, gzip."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterator
from pathlib import Path

from spanferry.aligners.link_files.errors import bad
from spanferry.data.errors import ConfigError


def read_lines(path: Path) -> list[str]:
    """The lines of a file in UTF-8, gzip-packed where its name ends in `.gz`.

    Only a line feed ends a line: separators such as U+2028 stand within sentences. A carriage
    return before it and a byte order mark at the beginning of the file are no part of a line.

    Raises:
        ConfigError: the file cannot be read, or is empty. InputError: a line is not UTF-8.
    """
    try:
        data = path.read_bytes()
        if path.name.endswith(".gz"):
            data = gzip.decompress(data)
    except (OSError, EOFError, zlib.error) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise ConfigError(f"{path}: cannot be read: {reason}") from None
    if not data:
        raise ConfigError(f"{path}: is empty")
    return list(_decoded(path, data.removesuffix(b"\n").split(b"\n")))


def _decoded(path: Path, lines: list[bytes]) -> Iterator[str]:
    for number, line in enumerate(lines, 1):
        try:
            text = line.decode("utf-8")
        except UnicodeDecodeError as error:
            byte = f"byte 0x{line[error.start]:02x} at {error.start + 1}"
            raise bad(
                f"the line is not UTF-8 ({byte}); convert the file", f"{path}:{number}"
            ) from None
        if number == 1:
            text = text.removeprefix("\ufeff")
        yield text.removesuffix("\r")


def blank(line: str) -> bool:
    """Whether a line holds nothing but blanks."""
    return not line.strip(" \t")


def words(line: str) -> tuple[str, ...]:
    """The words of a line whose words are set apart by blanks or tabs.

    Other white space stays inside a word: French typography puts no-break spaces there, and the
    programs that count words for link files split at ASCII blanks.

    >>> words("Mr.  Speaker ,")
    ('Mr.', 'Speaker', ',')
    """
    return tuple(word for word in line.replace("\t", " ").split(" ") if word)
