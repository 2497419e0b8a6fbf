"""Lines by number, and JSONL by id."""

from __future__ import annotations

import gzip
import json
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spanferry.data.errors import ConfigError, InputError
from spanferry.translators.parallel.id_index import IdIndex
from spanferry.translators.parallel.line_file import LineFile, hash_file


@pytest.mark.parametrize(
    ("content", "lines"),
    [
        (b"", []),
        (b"\n", [b""]),
        (b"a", [b"a"]),
        (b"a\n", [b"a"]),
        (b"a\n\nb", [b"a", b"", b"b"]),
        (b"a\r\nb\r\n", [b"a", b"b"]),
        (b"\xef\xbb\xbfa\nb\n", [b"a", b"b"]),
        ("a\u2028b\x0cc\u0085d\n".encode(), ["a\u2028b\x0cc\u0085d".encode()]),
    ],
)
@pytest.mark.parametrize("suffix", [".txt", ".txt.gz"])
def test_lines(tmp_path: Path, content: bytes, lines: list[bytes], suffix: str) -> None:
    path = tmp_path / f"file{suffix}"
    path.write_bytes(gzip.compress(content) if suffix.endswith(".gz") else content)
    found = LineFile(path)
    assert len(found) == len(lines)
    assert list(found) == lines
    with pytest.raises(IndexError):
        found[len(lines)]


@given(st.lists(st.text(st.characters(exclude_characters="\n\r\ufeff", codec="utf-8"))))
def test_any_line(tmp_path_factory: pytest.TempPathFactory, lines: list[str]) -> None:
    path = tmp_path_factory.mktemp("lines") / "file.txt"
    path.write_bytes("".join(f"{line}\n" for line in lines).encode())
    assert [line.decode() for line in LineFile(path)] == lines


def test_many_threads_over_more_than_one_chunk(tmp_path: Path) -> None:
    path = tmp_path / "big.txt"
    path.write_text("".join(f"{n} {'x' * (n % 50)}\n" for n in range(200_000)), "utf-8")
    assert path.stat().st_size > 1 << 22
    found = LineFile(path)
    assert len(found) == 200_000
    with ThreadPoolExecutor(4) as pool:
        for n, line in enumerate(pool.map(found.__getitem__, range(0, 200_000, 97))):
            assert int(line.split()[0]) == n * 97


def test_missing_and_broken_files(tmp_path: Path) -> None:
    (tmp_path / "en-pt.txt").write_text("a\n")
    with pytest.raises(ConfigError, match=r"en-pl\.txt'; there is: en-pt\.txt"):
        LineFile(tmp_path / "en-pl.txt")
    with pytest.raises(ConfigError, match="cannot be read"):
        LineFile(tmp_path)
    for name, content in {"a.gz": b"no gzip", "b.gz": gzip.compress(b"x" * 999)[:-9]}.items():
        (tmp_path / name).write_bytes(content)
        with pytest.raises(InputError) as caught:
            LineFile(tmp_path / name)
        assert caught.value.reason == "bad_file"


_LIMITED = """
import resource, sys
from pathlib import Path
from spanferry.translators.parallel.line_file import LineFile

resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 16, 1 << 16))
LineFile(Path(sys.argv[1]))
"""


def test_no_room_for_the_unpacked_file(tmp_path: Path) -> None:
    path = tmp_path / "big.gz"
    path.write_bytes(gzip.compress(b"x\n" * 100_000))
    done = subprocess.run(
        [sys.executable, "-c", _LIMITED, str(path)], capture_output=True, text=True
    )
    assert done.stderr.splitlines()[-1].startswith(
        f"spanferry.data.errors.RetryableError: a temporary copy of '{path}' cannot be written in"
    )


def test_hash_follows_the_content(tmp_path: Path) -> None:
    first, second = tmp_path / "a", tmp_path / "b"
    first.write_text("x\n")
    second.write_text("x\n")
    assert hash_file(first) == hash_file(second)
    second.write_text("y\n")
    assert hash_file(first) != hash_file(second)
    with pytest.raises(ConfigError, match="there is no file"):
        hash_file(tmp_path / "c")


def index(tmp_path: Path, *lines: str) -> IdIndex:
    path = tmp_path / "file.jsonl"
    path.write_text("\n".join(lines), "utf-8")
    return IdIndex(LineFile(path), "id")


def test_find(tmp_path: Path) -> None:
    objects = [{"id": f"r{n}", "n": n} for n in range(500)]
    found = index(tmp_path, *map(json.dumps, objects), "", '{"id": 17, "n": "number"}', "  ")
    assert len(found) == 501
    assert all(found.find(f"r{n}") == {"id": f"r{n}", "n": n} for n in range(500))
    assert found.find("17") == {"id": 17, "n": "number"}
    assert found.find("r500") is None
    assert found.find("") is None
    assert [name for name, _ in found] == [*(f"r{n}" for n in range(500)), "17"]
    assert dict(found)["r7"] == objects[7]
    assert index(tmp_path).find("x") is None


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("{", "bad_json"),
        ("[1]", "bad_json"),
        ('{"name": "x"}', "missing_id"),
        ('{"id": null}', "missing_id"),
        ('{"id": true}', "missing_id"),
        ('{"id": "a"}', "duplicate_id"),
    ],
)
def test_bad_lines(tmp_path: Path, line: str, reason: str) -> None:
    with pytest.raises(InputError) as caught:
        index(tmp_path, '{"id": "a"}', '{"id": "b"}', line)
    assert caught.value.reason == reason
    assert caught.value.origin.endswith("file.jsonl:3")
