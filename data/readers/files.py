"""The files behind a `path` setting: finding, opening, reading lines, hashing."""

from __future__ import annotations

import difflib
import glob
import hashlib
import zlib
from collections.abc import Generator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from itertools import takewhile
from lzma import LZMAError
from pathlib import Path
from typing import IO, Any

from spanferry.data.errors import ConfigError, InputError
from spanferry.data.readers.base import DEFAULT_SPLIT, Paths
from spanferry.data.readers.file_names import prefixes, readable, short_names

CHUNK = 1 << 20  # bytes


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A file of the input.

    Args:
        path: as it is opened, and as errors show it.
        name: as it stands in `Read.origin`: the file's name, with as many folders before it as
            it takes to tell the files of the input apart.
        prefix: what the ids of records without one begin with.
    """

    path: str
    name: str
    prefix: str


def by_split(path: str | Sequence[str] | Mapping[str, Paths]) -> dict[str, list[str]]:
    """The patterns of a `path` setting by split."""
    if isinstance(path, Mapping):
        return {name: [paths] if isinstance(paths, str) else paths for name, paths in path.items()}
    return {DEFAULT_SPLIT: [path] if isinstance(path, str) else list(path)}


def find_files(
    path: str | Sequence[str] | Mapping[str, Paths],
) -> dict[str, tuple[SourceFile, ...]]:
    """The files by split, globs expanded in alphabetical order, none twice in a split.

    The prefix of a file is its name without folder and endings (`en.conll.gz`: `en`). Files of
    the input that would share it are told apart by as much as that takes: their folder
    (`dev/en`), their ending too (`dev/en.conll.gz`), or more folders (`a/dev/en.conll.gz`).

    Raises:
        ConfigError: a file is not there, is a folder or cannot be opened.
    """
    found = {
        split: list(dict.fromkeys(name for pattern in patterns for name in _expand(pattern)))
        for split, patterns in by_split(path).items()
    }
    paths = {path for of_split in found.values() for path in of_split}
    names, ids = short_names(paths), prefixes(paths)
    return {
        split: tuple(SourceFile(path, names[path], ids[path]) for path in of_split)
        for split, of_split in found.items()
    }


def files_of(files: Mapping[str, Sequence[SourceFile]], split: str) -> Sequence[SourceFile]:
    """The files of a split.

    Raises:
        ConfigError: there is no such split.
    """
    if split not in files:
        raise ConfigError(f"the source has no split {split!r}; it has: {', '.join(files)}")
    return files[split]


def read_lines(path: str) -> Generator[bytes]:
    """The lines of a file without their ends (LF or CRLF), decompressed.

    Only these end a line, not the further ones of `str.splitlines` (U+0085, U+2028), which are
    text. A byte order mark is taken off.

    Raises:
        InputError: `bad_file`, when a compressed file is broken.
    """
    try:
        with _open(path) as stream:
            for number, line in enumerate(stream):
                if number == 0:
                    line = line.removeprefix(b"\xef\xbb\xbf")
                yield line.removesuffix(b"\n").removesuffix(b"\r")
    except (EOFError, zlib.error, LZMAError) as error:
        raise InputError("bad_file", f"the file is broken: {error}", origin=path) from error
    except OSError as error:
        # gzip and bz2 say OSError of broken data, without the number that the system gives
        if error.errno is not None:
            raise
        raise InputError("bad_file", f"the file is broken: {error}", origin=path) from error


def hash_files(files: Sequence[SourceFile]) -> str:
    """A hash of the files' names and bytes, as they lie there, compressed or not.

    The names count because ids and origins are made from them; the folders do not, except where
    they are part of those.
    """
    total = hashlib.blake2b(digest_size=16)
    for file in files:
        content = hashlib.blake2b(digest_size=16)
        with _open(file.path, compression=None) as stream:
            while chunk := stream.read(CHUNK):
                content.update(chunk)
        total.update(f"{file.prefix}\0{file.name}\0".encode())
        total.update(content.digest())
    return total.hexdigest()


def is_url(path: str) -> bool:
    """Whether fsspec must open it (`s3://...`, `zip://a.conll::b.zip`)."""
    return "://" in path or "::" in path


def near_names(path: Path) -> str:
    """A hint for a path that is not there: the nearest names in its folder, or the folder."""
    if not path.parent.is_dir():
        return f"; there is no folder {str(path.parent)!r} either"
    names = sorted(readable(entry.name) for entry in path.parent.iterdir())
    close = difflib.get_close_matches(path.name, names, n=3, cutoff=0.5)
    return f"; there is: {', '.join(close)}" if close else f"; nothing like it in {path.parent}"


def _expand(pattern: str) -> list[str]:
    if is_url(pattern):
        return _expand_url(pattern)
    path = Path(pattern).expanduser()
    if path.is_dir():
        raise ConfigError(f"{pattern!r} is a folder; give its files or a glob, as {pattern}/*")
    if path.exists():  # before globbing: `a[1].conll` is a name as well
        names = [str(path)]
    elif glob.has_magic(pattern):
        plain = list(takewhile(lambda part: not glob.has_magic(part), path.parts))
        pattern_parts = path.parts[len(plain) :]
        found = Path(*plain).glob(str(Path(*pattern_parts)))
        names = sorted(str(name) for name in found if name.is_file())
        if not names:
            raise ConfigError(f"no file matches {pattern!r}")
    else:
        raise ConfigError(f"there is no file {pattern!r}{near_names(path)}")
    for name in names:
        if name != readable(name):
            raise ConfigError(
                f"the name of the file '{readable(name)}' is not UTF-8, and origins and ids could "
                "not hold it; rename it"
            )
        _try_to_open(name)
    return names


def _expand_url(pattern: str) -> list[str]:
    import fsspec

    try:
        names = [file.full_name for file in fsspec.open_files(pattern, "rb")]
    except (OSError, ValueError, ImportError) as error:
        raise ConfigError(f"{pattern!r} cannot be opened: {error}") from error
    if not names:
        raise ConfigError(f"no file matches {pattern!r}")
    names.sort()
    for name in names:
        _try_to_open(name)
    return names


def _try_to_open(path: str) -> None:
    try:
        with _open(path, compression=None) as stream:
            stream.read(1)
    except (OSError, ImportError) as error:
        raise ConfigError(f"{path!r} cannot be read: {error}") from error


def _open(path: str, *, compression: str | None = "infer") -> AbstractContextManager[IO[bytes]]:
    import fsspec

    from spanferry.data.files import open_unpacked  # brings pyarrow, which settings do not need

    if compression == "infer":
        return open_unpacked(path)
    opened: Any = fsspec.open(path, "rb", compression=compression, expand=False)
    stream: AbstractContextManager[IO[bytes]] = opened
    return stream
