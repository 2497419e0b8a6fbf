"""Compressed files: in several pieces, and broken."""

from __future__ import annotations

import gzip
import lzma
from pathlib import Path

import pyarrow as pa
import pytest

from spanferry.data.files import open_unpacked

LINES = b"".join(b"line %d\n" % number for number in range(20_000))


def zst(data: bytes) -> bytes:
    sink = pa.BufferOutputStream()
    with pa.CompressedOutputStream(sink, "zstd") as file:
        file.write(data)
    return bytes(sink.getvalue().to_pybytes())


@pytest.mark.parametrize(("ending", "pack"), [("gz", gzip.compress), ("zst", zst)])
def test_pieces_one_after_the_other_are_one_file(tmp_path: Path, ending: str, pack: object) -> None:
    assert callable(pack)
    path = tmp_path / f"a.{ending}"
    path.write_bytes(pack(LINES) + pack(b"last\n"))
    with open_unpacked(str(path)) as file:
        assert file.read() == LINES + b"last\n"


@pytest.mark.parametrize(("ending", "pack"), [("gz", gzip.compress), ("xz", lzma.compress)])
def test_a_broken_file(tmp_path: Path, ending: str, pack: object) -> None:
    assert callable(pack)
    path = tmp_path / f"a.{ending}"
    packed = pack(LINES)
    path.write_bytes(packed[:900] + b"\xff" * 500 + packed[1400:])
    with pytest.raises(OSError, match=r"\w"), open_unpacked(str(path)) as file:
        file.read()


def test_a_file_that_breaks_off(tmp_path: Path) -> None:
    path = tmp_path / "a.zst"
    path.write_bytes(zst(LINES)[:900])
    with pytest.raises(OSError, match="Truncated"), open_unpacked(str(path)) as file:
        file.read()
