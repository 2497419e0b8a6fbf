"""Two files of lines side by side, packed or not."""

from __future__ import annotations

import bz2
import gzip
import lzma
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pytest

from spanferry.data.errors import ConfigError, InputError
from spanferry.translators.parallel.line_file import LineFile
from tests.translators.parallel.making import ask, make, warnings, write_moses


def zstd(content: bytes) -> bytes:
    sink = pa.BufferOutputStream()
    with pa.CompressedOutputStream(sink, "zstd") as stream:
        stream.write(content)
    packed: bytes = sink.getvalue().to_pybytes()
    return packed


PACKERS: dict[str, Callable[[bytes], bytes]] = {
    "gz": gzip.compress,
    "bz2": bz2.compress,
    "xz": lzma.compress,
    "zst": zstd,
    "ZST": zstd,
}


@pytest.mark.parametrize("suffix", PACKERS)
def test_packed(tmp_path: Path, suffix: str) -> None:
    pack = PACKERS[suffix]
    (tmp_path / f"c.en.{suffix}").write_bytes(pack(b"One.\r\n") + pack(b"Two.\n"))
    (tmp_path / "c.pt").write_text("Um.\nDois.", "utf-8")
    translator = make(
        source_path=str(tmp_path / f"c.en.{suffix}"), path=str(tmp_path / "c.{target}")
    )
    translator.check({"train": 5})
    assert ask(translator, "Two.", "One. Two.") == ["Dois.", "Um. Dois."]
    assert translator.info.source == f"c.en.{suffix}, c.pt"


@pytest.mark.parametrize("suffix", [*PACKERS])
def test_broken(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"c.{suffix}"
    whole = PACKERS[suffix](b"".join(b"%d\n" % n for n in range(9999)))
    for content in (whole[: len(whole) // 2], b"not packed at all"):
        path.write_bytes(content)
        with pytest.raises(InputError, match="broken compressed data") as caught:
            LineFile(path)
        assert (caught.value.reason, caught.value.origin) == ("bad_file", str(path))


def test_numbers_of_lines_must_be_equal(tmp_path: Path) -> None:
    paths = write_moses(tmp_path, [("One.", "Um."), ("Two.", "Dois.\nTrês.")])
    with pytest.raises(
        ConfigError,
        match=r"c\.en' has 2 lines and '.*c\.pt' 3; line n of one must be the translation of line",
    ):
        make(**paths)


def test_missing_source_side(tmp_path: Path) -> None:
    paths = write_moses(tmp_path, [])
    with pytest.raises(ConfigError, match=r"there is no file '.*c\.em'; there is: c\.en"):
        make(source_path=str(tmp_path / "c.em"), path=paths["path"])


def test_lines_that_are_no_utf8(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / "a").write_bytes(b"One.\nb\xffd\nTwo.\n\xfe\n")
    (tmp_path / "b").write_bytes(b"Um.\nx\n\xff\ny\n")
    translator = make(source_path=str(tmp_path / "a"), path=str(tmp_path / "b"))
    assert ask(translator, "One.", "Two.", "b\ufffdd") == ["Um.", "bad_encoding", "no_translation"]
    [told] = warnings(caplog)
    assert told.startswith("parallel: 2 lines of '")
    assert told.endswith("a' are no UTF-8 and cannot be found, the first is line 2")


def test_escapes_of_moses(tmp_path: Path) -> None:
    paths = write_moses(tmp_path, [("It &apos;s &#91; R &amp;amp; B &#93;", "&lt;É&gt; &quot;R&quot; &#124; &eacute;")])  # fmt: skip # noqa: E501
    assert ask(make(**paths, unescape=True), "It 's [ R &amp; B ]") == ['<É> "R" | &eacute;']
    assert ask(make(**paths), "It 's [ R &amp; B ]") == ["no_translation"]
    lines = make(path=paths["path"], format="lines", unescape=True)
    assert ask(lines, "Whatever.") == ['<É> "R" | &eacute;']


def test_the_revision_follows_both_sides(tmp_path: Path) -> None:
    paths = write_moses(tmp_path, [("One.", "Um.")])
    first = make(**paths).info.revision
    assert make(**paths).info.revision == first
    assert make(**paths, sentences=False).info.revision != first
    write_moses(tmp_path, [("Two.", "Um.")])
    assert make(**paths).info.revision != first
