"""Files that may be compressed, read as a stream of bytes."""

from __future__ import annotations

import bz2
import gzip
import lzma
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, cast

from spanferry.data.errors import ConfigError, InputError
from spanferry.data.readers.files import near_names


def _zstd(path: Path) -> IO[bytes]:
    import pyarrow as pa

    return cast(IO[bytes], pa.CompressedInputStream(pa.OSFile(str(path)), "zstd"))


_OPENERS: dict[str, Callable[[Path], Any]] = {
    ".gz": gzip.open,
    ".bz2": bz2.open,
    ".xz": lzma.open,
    ".zst": _zstd,
}


def is_packed(path: Path) -> bool:
    """Whether a file's name says that it is compressed."""
    return path.suffix.lower() in _OPENERS


def bare_suffix(path: Path) -> str:
    """The suffix in lower case that tells the kind of a file, `.tmx` of `memory.TMX.gz`."""
    return (Path(path.stem).suffix if is_packed(path) else path.suffix).lower()


@contextmanager
def open_file(path: Path) -> Iterator[IO[bytes]]:
    """A file as a stream of bytes, unpacked if its name ends in .gz, .bz2, .xz or .zst.

    Raises:
        ConfigError: there is no such file, or it cannot be read.
        InputError: `bad_file`, compressed data is broken or cut off.
    """
    opened = _OPENERS[path.suffix.lower()] if is_packed(path) else _plain
    try:
        with opened(path) as stream:
            yield stream
    except FileNotFoundError:
        raise ConfigError(f"there is no file {str(path)!r}{near_names(path)}") from None
    except (EOFError, zlib.error, lzma.LZMAError) as error:
        raise _broken(path, error) from error
    except OSError as error:
        # gzip, bz2 and Arrow say OSError of broken data, without the number that the system gives
        if error.errno is None and is_packed(path):
            raise _broken(path, error) from error
        raise ConfigError(f"{str(path)!r} cannot be read: {error}") from error


def _plain(path: Path) -> IO[bytes]:
    return path.open("rb")


def _broken(path: Path, error: Exception) -> InputError:
    return InputError("bad_file", f"broken compressed data: {error}", origin=str(path))
