"""Atomic files and Parquet that depends on its rows alone."""

from __future__ import annotations

import hashlib
import os
import signal
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spanferry.data.files import (
    atomic_path,
    read_parquet,
    regroup,
    remove_temporary,
    sha256_file,
    write_parquet,
    write_text,
)

TABLE = pa.table(
    {
        "id": [str(number) for number in range(250)],
        "tags": [[number % 3] * (number % 5) for number in range(250)],
        "score": pa.array([None if n % 7 else n / 10 for n in range(250)], pa.float32()),
    }
)

#: 60 rows are more than a page of Parquet holds.
LONG = TABLE.append_column("text", [[f"{number}-" * 6_000 for number in range(250)]])


def test_a_file_appears_only_when_it_is_complete(tmp_path: Path) -> None:
    path = tmp_path / "new" / "a.txt"
    with atomic_path(path) as temporary:
        assert temporary.parent == path.parent
        temporary.write_text("half")
        assert not path.exists()
    assert path.read_text() == "half"
    assert [each.name for each in path.parent.iterdir()] == ["a.txt"]


def test_who_has_the_old_file_open_keeps_it(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    write_text("old", path)
    with path.open() as file:
        write_text("new", path)
        assert file.read() == "old"
    assert path.read_text() == "new"


@pytest.mark.parametrize("error", [OSError, KeyboardInterrupt])
def test_an_error_leaves_the_old_file_and_nothing_else(
    tmp_path: Path, error: type[BaseException]
) -> None:
    path = tmp_path / "a.txt"
    write_text("old", path)

    def fail() -> None:
        with atomic_path(path) as temporary:
            temporary.write_text("half")
            raise error("the disk is full")

    with pytest.raises(error):
        fail()
    assert path.read_text() == "old"
    assert [each.name for each in tmp_path.iterdir()] == ["a.txt"]


def test_a_block_that_writes_nothing_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError), atomic_path(tmp_path / "a.txt"):
        pass
    assert list(tmp_path.iterdir()) == []


KILLED = """
import sys
from pathlib import Path
import pyarrow as pa
from spanferry.data.files import write_parquet

def pieces():
    yield pa.table({"n": range(100_000)})
    print("half", flush=True)
    sys.stdin.read()
    yield pa.table({"n": range(100_000)})

write_parquet(pieces(), Path(sys.argv[1]), schema=pa.schema([("n", pa.int64())]))
"""


@pytest.mark.parametrize("existing", [False, True])
def test_a_killed_process_leaves_no_half_file(tmp_path: Path, existing: bool) -> None:
    path = tmp_path / "a.parquet"
    if existing:
        write_parquet(TABLE, path)
    command = [sys.executable, "-c", KILLED, str(path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"half\n"
        os.kill(process.pid, signal.SIGKILL)
    assert process.returncode == -signal.SIGKILL
    left = [each for each in tmp_path.iterdir() if each != path]
    assert len(left) == 1
    assert left[0].stat().st_size > 0
    assert not left[0].match("*.parquet")
    assert path.exists() is existing
    if existing:
        assert read_parquet(path).equals(TABLE)
    assert remove_temporary(tmp_path) == left
    assert [each for each in tmp_path.iterdir() if each != path] == []


def test_other_hidden_files_are_no_temporary_ones(tmp_path: Path) -> None:
    (tmp_path / ".keep.tmp").write_text("mine")
    assert remove_temporary(tmp_path) == []


def test_parquet_comes_back_with_its_schema(tmp_path: Path) -> None:
    path = tmp_path / "lang=es" / "a.parquet"
    table = TABLE.replace_schema_metadata({"spanferry.schema_version": "1"})
    assert write_parquet(table, path) == 250
    assert read_parquet(path).schema.metadata == table.schema.metadata
    assert read_parquet(path).equals(table)
    assert read_parquet(path, ["id"]).column_names == ["id"]


@settings(max_examples=25, deadline=None)
@given(cuts=st.lists(st.integers(0, 250), max_size=8))
def test_the_bytes_do_not_depend_on_the_pieces(
    cuts: list[int], tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("parquet")
    edges = [0, *sorted(cuts), 250]
    pieces = [LONG.slice(a, b - a) for a, b in pairwise(edges)]
    write_parquet(LONG, folder / "whole", rows_per_group=60)
    write_parquet(iter(pieces), folder / "pieces", schema=LONG.schema, rows_per_group=60)
    write_parquet(pa.concat_tables(pieces), folder / "chunks", rows_per_group=60)
    assert len({(folder / name).read_bytes() for name in ("whole", "pieces", "chunks")}) == 1
    with pq.ParquetFile(folder / "whole") as file:
        sizes = [file.metadata.row_group(n).num_rows for n in range(file.num_row_groups)]
    assert sizes == [60, 60, 60, 60, 10]


def test_batches_and_an_empty_stream(tmp_path: Path) -> None:
    assert write_parquet(TABLE.to_batches(), tmp_path / "a", schema=TABLE.schema) == 250
    assert read_parquet(tmp_path / "a").equals(TABLE)
    assert write_parquet([], tmp_path / "b", schema=TABLE.schema) == 0
    assert read_parquet(tmp_path / "b").schema == TABLE.schema


@settings(deadline=None)
@given(st.lists(st.integers(0, 7), max_size=12), st.integers(1, 9))
def test_regroup_keeps_the_rows_in_order(sizes: list[int], rows: int) -> None:
    edges = [sum(sizes[:n]) for n in range(len(sizes) + 1)]
    tables = [pa.table({"n": pa.array(range(a, b), pa.int64())}) for a, b in pairwise(edges)]
    groups = list(regroup(tables, rows))
    assert [n for group in groups for n in group["n"].to_pylist()] == list(range(sum(sizes)))
    assert all(group.num_rows == rows for group in groups[:-1])
    assert all(0 < group.num_rows <= rows for group in groups)


def test_sha256(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"abc" * 1000)
    assert sha256_file(path) == hashlib.sha256(b"abc" * 1000).hexdigest()
