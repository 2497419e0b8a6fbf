"""Finding, opening and hashing the files of a `path` setting."""

from __future__ import annotations

import bz2
import gzip
import lzma
import os
import sys
from pathlib import Path
from typing import Any

import fsspec
import pytest
from pydantic import ValidationError

from spanferry.data.errors import ConfigError, InputError
from spanferry.data.readers.conll_settings import ConllSettings
from spanferry.data.readers.file_names import short_names
from spanferry.data.readers.files import files_of, find_files, hash_files, read_lines


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("train/en.conll", "train/more.conll", "dev/en.conll", "odd[1].conll"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(f"{name}\n")
    return tmp_path


def test_splits_globs_and_prefixes(folder: Path) -> None:
    found = find_files({"train": f"{folder}/train/*.conll", "dev": [f"{folder}/dev/en.conll"]})
    assert {split: [file.prefix for file in files] for split, files in found.items()} == {
        "train": ["train/en", "more"],  # two are called `en`
        "dev": ["dev/en"],
    }


def test_one_path_is_the_split_train_and_no_file_comes_twice(folder: Path) -> None:
    found = find_files([f"{folder}/train/more.conll", f"{folder}/train/*.conll"])
    assert [file.prefix for file in found["train"]] == ["more", "en"]
    assert list(found) == ["train"]


def test_prefixes_differ_whatever_the_names(tmp_path: Path) -> None:
    names = ("a/x.conll", "b/x.conll", "b/x.conll.gz", "c/b/x.conll", "b/y.conll")
    for name in names:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("")
    found = find_files([str(tmp_path / name) for name in names])["train"]
    here = tmp_path.name
    assert [(file.prefix, file.name) for file in found] == [
        ("a/x", "a/x.conll"),
        (f"{here}/b/x.conll", f"{here}/b/x.conll"),
        ("b/x.conll.gz", "x.conll.gz"),
        ("c/b/x.conll", "c/b/x.conll"),
        ("y", "y.conll"),
    ]


@pytest.mark.parametrize(
    ("paths", "names"),
    [
        (["/p/q/en.conll"], ["en.conll"]),
        (["/p/dev/en.conll", "/p/train/en.conll"], ["dev/en.conll", "train/en.conll"]),
        (["/p/a/d/x", "/p/b/d/x", "/p/b/d/y"], ["a/d/x", "b/d/x", "y"]),
        (["/x", "/a/x"], ["x", "a/x"]),
        (["/p/x", "/p/q/../x", "/r/y"], ["x", "x", "y"]),  # one file, spelled twice
        (["s3://bucket/a/x", "s3://other/a/x"], ["bucket/a/x", "other/a/x"]),
        (["https://me:secret@host/d/x.gz?token=1"], ["x.gz"]),
        (["https://me:secret@h/x?token=1", "https://me:secret@i/x"], ["h/x", "i/x"]),
        (["zip://d/x::a.zip", "zip://d/x::b.zip"], ["a.zip/d/x", "b.zip/d/x"]),
        (["simplecache::https://host/x", "simplecache::https://host/y"], ["x", "y"]),
    ],
)
def test_short_names(paths: list[str], names: list[str]) -> None:
    assert list(short_names(paths).values()) == names


def test_names_do_not_change_when_the_corpus_moves(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(folder / "train")
    spellings = [
        f"{folder}/**/*.conll",
        [f"{folder}/dev/../odd[1].conll", "../dev/en.conll", "./en.conll", "more.conll"],
    ]
    found = [{file.name for file in find_files(paths)["train"]} for paths in spellings]
    assert found[0] == found[1] == {"dev/en.conll", "train/en.conll", "more.conll", "odd[1].conll"}


@pytest.mark.skipif(sys.platform != "linux", reason="other systems have no such file names")
@pytest.mark.parametrize("pattern", ["*.conll", "caf\udce9.conll"])
def test_a_name_that_is_not_utf8_is_refused(tmp_path: Path, pattern: str) -> None:
    Path(os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9.conll")).write_text("")
    with pytest.raises(ConfigError, match=r"caf\\xe9\.conll' is not UTF-8") as caught:
        find_files(f"{tmp_path}/{pattern}")
    str(caught.value).encode()
    with pytest.raises(ConfigError, match=r"there is: caf\\xe9\.conll") as caught:
        find_files(f"{tmp_path}/caf.conll")
    str(caught.value).encode()


def test_a_recursive_glob(folder: Path) -> None:
    assert len(find_files(f"{folder}/**/*.conll")["train"]) == 4


def test_a_name_with_brackets_is_no_glob(folder: Path) -> None:
    assert find_files(f"{folder}/odd[1].conll")["train"][0].prefix == "odd[1]"


def test_relative_paths_stay_relative(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)
    paths = [file.path for file in find_files("train/*.conll")["train"]]
    assert paths == ["train/en.conll", "train/more.conll"]


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("train/em.conll", "there is: en.conll"),
        ("train/zzz", "nothing like it"),
        ("nowhere/en.conll", "there is no folder"),
        ("train", "is a folder"),
        ("train/*.txt", "no file matches"),
    ],
)
def test_what_is_not_there(folder: Path, name: str, says: str) -> None:
    with pytest.raises(ConfigError, match=says) as caught:
        find_files(str(folder / name))
    assert str(folder / name) in str(caught.value)


@pytest.mark.parametrize(
    ("path", "says"),
    [
        ("memory://spanferry-none/a.conll", "spanferry-none/a.conll"),
        ("memory://spanferry-none/*.conll", "no file matches"),
        ("nosuch://a/b", "nosuch"),
    ],
)
def test_addresses_that_do_not_open(path: str, says: str) -> None:
    with pytest.raises(ConfigError, match=says):
        find_files(path)


def test_addresses_that_do() -> None:
    for name in ("b", "a"):
        with fsspec.open(f"memory://spanferry-files/{name}.txt", "wb") as stream:
            stream.write(f"{name}\n".encode())
    found = find_files("memory://spanferry-files/*.txt")["train"]
    assert [file.prefix for file in found] == ["a", "b"]
    assert [list(read_lines(file.path)) for file in found] == [[b"a"], [b"b"]]


def test_an_unknown_split_is_refused(folder: Path) -> None:
    with pytest.raises(ConfigError, match=r"no split 'dev'; it has: train"):
        files_of(find_files(f"{folder}/train/*"), "dev")


@pytest.mark.parametrize("path", ["", [], {}, {"train": []}, {"train": [""]}])
def test_settings_without_a_path_are_refused(path: Any) -> None:
    with pytest.raises(ValidationError, match="names no file"):
        ConllSettings(path=path)


@pytest.mark.parametrize(
    ("content", "lines"),
    [
        (b"a\nb\n", [b"a", b"b"]),
        (b"a\r\nb", [b"a", b"b"]),
        (b"\xef\xbb\xbfa\n\n", [b"a", b""]),
        ("a\u2028b\x85c\x0bd\n".encode(), ["a\u2028b\x85c\x0bd".encode()]),
        (b"", []),
    ],
)
def test_lines(tmp_path: Path, content: bytes, lines: list[bytes]) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(content)
    assert list(read_lines(str(path))) == lines


@pytest.mark.parametrize(
    ("ending", "compress"), [("gz", gzip.compress), ("bz2", bz2.compress), ("xz", lzma.compress)]
)
def test_compressed_files(tmp_path: Path, ending: str, compress: object) -> None:
    packed = compress(b"a\nb\n" * 1000)  # type: ignore[operator]
    path = tmp_path / f"en.conll.{ending}"
    path.write_bytes(packed)
    file = find_files(str(path))["train"][0]
    assert file.prefix == "en"
    assert list(read_lines(file.path)) == [b"a", b"b"] * 1000
    path.write_bytes(packed[: len(packed) // 2])
    with pytest.raises(InputError) as caught:
        list(read_lines(file.path))
    assert (caught.value.reason, caught.value.origin) == ("bad_file", str(path))
    path.write_bytes(b"not packed at all")
    with pytest.raises(InputError, match="bad_file"):
        list(read_lines(file.path))


def test_the_hash_follows_content_and_name_but_not_the_folder(tmp_path: Path) -> None:
    def hashed(name: str, content: str) -> str:
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(content)
        return hash_files(find_files(str(path))["train"])

    first = hashed("x/a.conll", "one")
    assert hashed("y/a.conll", "one") == first
    assert hashed("y/a.conll", "two") != first
    assert hashed("y/b.conll", "one") != first
