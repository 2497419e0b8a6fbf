"""Random access to the lines of a file that may be larger than memory."""

from __future__ import annotations

import hashlib
import mmap
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO

import numpy as np
import numpy.typing as npt

from spanferry.data.errors import ConfigError, RetryableError
from spanferry.data.readers.files import near_names
from spanferry.translators.parallel.packed import is_packed, open_file

_CHUNK = 1 << 22
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


class LineFile:
    """The lines of a file by number, from 0; eight bytes of memory a line.

    A line ends with LF or CRLF; further breaks of Unicode are text. A last line need not have an
    end. A compressed file (see `open_file`) is unpacked to a temporary one that goes away by
    itself. Safe to read from several threads.

    Args:
        path: the file.
        lines: the lines themselves, for a temporary file that stands for `path`.

    Raises:
        ConfigError, InputError: see `open_file`.
        RetryableError: there is no room for the temporary file.
    """

    def __init__(self, path: Path, lines: Iterable[bytes] | None = None) -> None:
        self.path = path
        stream = (
            _opened(path) if lines is None else _written(path, (line + b"\n" for line in lines))
        )
        self._ends, size = _line_ends(stream)
        # an empty file cannot be mapped
        self._map = mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ) if size else b""
        stream.close()  # the mapping holds the file

    def __len__(self) -> int:
        return len(self._ends)

    def __getitem__(self, number: int) -> bytes:
        """A line without its end.

        Raises:
            IndexError: there is no such line.
        """
        if not 0 <= number < len(self):
            raise IndexError(number)
        start = int(self._ends[number - 1]) if number else 0
        line = self._map[start : int(self._ends[number])]
        if number == 0:
            line = line.removeprefix(_BYTE_ORDER_MARK)
        return line.removesuffix(b"\n").removesuffix(b"\r")

    def __iter__(self) -> Iterator[bytes]:
        return (self[number] for number in range(len(self)))


def hash_file(path: Path) -> str:
    """A hash of a file's bytes as they lie there, compressed or not.

    Raises:
        ConfigError: it cannot be read.
    """
    total = hashlib.blake2b(digest_size=16)
    try:
        with path.open("rb") as stream:
            while chunk := stream.read(_CHUNK):
                total.update(chunk)
    except FileNotFoundError:
        raise ConfigError(f"there is no file {str(path)!r}{near_names(path)}") from None
    except OSError as error:
        raise ConfigError(f"{str(path)!r} cannot be read: {error}") from error
    return total.hexdigest()


def _opened(path: Path) -> IO[bytes]:
    with open_file(path) as stream:
        if not is_packed(path):
            return path.open("rb")
        return _written(path, iter(lambda: stream.read(_CHUNK), b""))


def _written(path: Path, chunks: Iterable[bytes]) -> IO[bytes]:
    copy = tempfile.TemporaryFile()  # noqa: SIM115 (the caller closes it)
    for chunk in chunks:
        try:
            copy.write(chunk)
        except OSError as error:
            raise _no_room(path, error) from error
    try:
        copy.flush()
    except OSError as error:
        raise _no_room(path, error) from error
    return copy


def _no_room(path: Path, error: OSError) -> RetryableError:
    return RetryableError(
        f"a temporary copy of {str(path)!r} cannot be written in {tempfile.gettempdir()!r} "
        f"(TMPDIR names another folder): {error}"
    )


def _line_ends(stream: IO[bytes]) -> tuple[npt.NDArray[np.int64], int]:
    """One past the last byte of each line, and the size of the file, in bytes."""
    stream.seek(0)
    found: list[npt.NDArray[np.int64]] = []
    size = 0
    while chunk := stream.read(_CHUNK):
        found.append(np.flatnonzero(np.frombuffer(chunk, np.uint8) == 0x0A) + (size + 1))
        size += len(chunk)
    ends = np.concatenate(found) if found else np.zeros(0, np.int64)
    if size and (not len(ends) or ends[-1] < size):
        ends = np.append(ends, size)
    return ends.astype(np.int64), size
