"""Random access to the lines of a file that may be larger than memory."""

from __future__ import annotations

import gzip
import hashlib
import mmap
import shutil
import tempfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO

import numpy as np
import numpy.typing as npt

from spanferry.data.errors import ConfigError, InputError
from spanferry.data.readers.files import near_names

_CHUNK = 1 << 22
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


class LineFile:
    """The lines of a file by number, from 0; eight bytes of memory a line.

    A line ends with LF or CRLF; further breaks of Unicode are text. A last line need not have an
    end. A name with the suffix `.gz` is unpacked to a temporary file that goes away by itself.
    Safe to read from several threads.

    Raises:
        ConfigError: there is no such file, or it cannot be read.
        InputError: `bad_file`, the gzip data is broken.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            self._stream: IO[bytes] = _unpacked(path) if path.suffix == ".gz" else path.open("rb")
        except FileNotFoundError:
            raise ConfigError(f"there is no file {str(path)!r}{near_names(path)}") from None
        except (EOFError, zlib.error, gzip.BadGzipFile) as error:
            raise InputError("bad_file", f"broken gzip data: {error}", origin=str(path)) from error
        except OSError as error:
            raise ConfigError(f"{str(path)!r} cannot be read: {error}") from error
        self._ends, size = _line_ends(self._stream)
        # an empty file cannot be mapped
        self._map = mmap.mmap(self._stream.fileno(), 0, access=mmap.ACCESS_READ) if size else b""

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


def _unpacked(path: Path) -> IO[bytes]:
    with gzip.open(path, "rb") as packed:
        stream = tempfile.TemporaryFile()  # noqa: SIM115 (it lives as long as its LineFile)
        shutil.copyfileobj(packed, stream, _CHUNK)
    stream.flush()
    return stream


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
