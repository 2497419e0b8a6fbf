"""Files that are there in full or not at all, and Parquet with the same bytes for the same rows."""

from __future__ import annotations

import hashlib
import io
import os
import re
import secrets
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from lzma import LZMAError
from pathlib import Path
from typing import IO, Any

import pyarrow as pa
import pyarrow.parquet as pq

ROWS_PER_GROUP = 5_000
#: Everything that decides about the bytes, so that no default of a later version changes them.
_FORMAT: dict[str, Any] = {
    "version": "2.6",
    "data_page_version": "1.0",
    "data_page_size": 1 << 20,
    "compression": "zstd",
    "compression_level": 3,
    "use_dictionary": True,
    "write_statistics": True,
    "store_schema": True,
}
_TEMPORARY = re.compile(r"\..+\.[0-9a-f]{16}\.tmp")


@contextmanager
def atomic_path(path: Path) -> Iterator[Path]:
    """Give a temporary name in the same folder; on success the file there becomes `path`.

    The file is flushed to disk, renamed, and the folder flushed, so after a kill at any moment
    `path` holds either what it held before or the new content in full. When the block raises, the
    temporary file is removed; a killed process leaves one that `remove_temporary` finds. Missing
    parent folders are made.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(8)}.tmp")
    try:
        yield temporary
        flush(temporary)
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)  # gone already when all went well
    flush(path.parent)


def flush(path: Path) -> None:
    """Write what the system still holds of a file, or of a folder's entries, to disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def remove_temporary(folder: Path) -> list[Path]:
    """Remove what killed processes left under a folder; nobody may be writing there now."""
    left = [path for path in folder.rglob(".*.tmp") if _TEMPORARY.fullmatch(path.name)]
    for path in left:
        path.unlink(missing_ok=True)
    return sorted(left)


@contextmanager
def open_unpacked(name: str) -> Iterator[IO[bytes]]:
    """A file or an fsspec address as a stream of bytes, unpacked by its ending (gz, bz2, xz, zst).

    Arrow unpacks `.zst`: fsspec needs a further package for it, and without that gives the packed
    bytes.

    Raises:
        OSError, EOFError, ValueError: it cannot be read.
    """
    import fsspec

    place = name if "://" in name else str(Path(name).expanduser())
    by_arrow = place.lower().endswith(".zst")
    compression = None if by_arrow else "infer"
    # `expand=False`: names are exact, and a `*` in one is no pattern
    try:
        with fsspec.open(place, "rb", compression=compression, expand=False) as file:
            if not by_arrow:
                yield file
                return
            stream = pa.CompressedInputStream(pa.PythonFile(file), "zstd")
            with io.BufferedReader(stream) as unpacked:
                yield unpacked
    except (zlib.error, LZMAError) as error:  # which are no OSError, unlike what gzip and bz2 raise
        raise OSError(str(error)) from error


def write_text(text: str, path: Path) -> None:
    """Write a text file in UTF-8, atomically."""
    with atomic_path(path) as temporary:
        temporary.write_text(text, "utf-8", newline="\n")


def write_parquet(
    data: pa.Table | Iterable[pa.Table | pa.RecordBatch],
    path: Path,
    *,
    schema: pa.Schema | None = None,
    rows_per_group: int = ROWS_PER_GROUP,
) -> int:
    """Write a table, or a stream of tables or batches, atomically; returns the number of rows.

    The bytes depend on the rows and the schema alone: the stream is cut anew into row groups of
    `rows_per_group` rows (the last one smaller), whatever pieces it came in, and the format version
    and compression are fixed. No more than one row group and one piece are in memory.

    Args:
        data: the rows; pieces of a stream all have one schema.
        path: the file to write.
        schema: required for a stream; the schema of a table is its own.
        rows_per_group: rows in a row group.
    """
    if isinstance(data, pa.Table):
        schema, pieces = data.schema, iter([data])
    else:
        pieces = iter(data)
    rows = 0
    with atomic_path(path) as temporary, pq.ParquetWriter(temporary, schema, **_FORMAT) as writer:
        for group in regroup(pieces, rows_per_group):
            writer.write_table(group, row_group_size=rows_per_group)
            rows += group.num_rows
    return rows


def regroup(pieces: Iterable[pa.Table | pa.RecordBatch], rows: int) -> Iterator[pa.Table]:
    """Cut a stream of tables anew, into tables of `rows` rows in one chunk each; the last may be
    smaller."""
    held: list[pa.Table] = []
    count = 0
    for piece in pieces:
        table = piece if isinstance(piece, pa.Table) else pa.Table.from_batches([piece])
        held.append(table)
        count += table.num_rows
        if count < rows:
            continue
        joined = pa.concat_tables(held)
        whole = count - count % rows
        for start in range(0, whole, rows):
            yield joined.slice(start, rows).combine_chunks()
        held, count = [joined.slice(whole)], count - whole
    if count:
        yield pa.concat_tables(held).combine_chunks()


def read_parquet(path: Path, columns: list[str] | None = None) -> pa.Table:
    """A Parquet file as a table, all columns or some of them."""
    # ParquetFile, unlike read_table, makes no columns out of folders that are called key=value
    with pq.ParquetFile(path) as file:
        return file.read(columns)


def sha256_file(path: Path) -> str:
    """SHA-256 of a file's content, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
