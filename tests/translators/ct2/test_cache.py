"""The folder of converted models: whole or not there, and what if it cannot be written."""

from __future__ import annotations

import json
import os
import sys
import threading
from pathlib import Path

import pytest

from spanferry.data.cache import VARIABLE, Cache, is_cached
from spanferry.data.errors import ConfigError
from spanferry.data.files import sha256_file
from tests.translators.ct2.process import command, within_mount

KEY = "0123456789abcdef"
#: Fills a model of the cache `sys.argv[1]` with a megabyte, and prints the error.
_FILL = """
import sys
from spanferry.data.errors import SpanferryError
from spanferry.data.cache import Cache

def make(folder):
    (folder / "model.bin").write_bytes(b"x" * 1_000_000)

try:
    print(Cache(sys.argv[1]).model("tiny", "0123456789abcdef", make))
except SpanferryError as error:
    print(error.__class__.__name__, error)
"""


@pytest.fixture
def cache(tmp_path: Path) -> Cache:
    return Cache(str(tmp_path / "cache"))


def test_the_folder_is_given_or_named_by_a_variable(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv(VARIABLE, raising=False)
    assert Cache().folder == tmp_path / ".cache" / "spanferry"
    monkeypatch.setenv(VARIABLE, "~/models")
    assert Cache().folder == tmp_path / "models"
    assert Cache("/srv/models").folder == Path("/srv/models")


@pytest.mark.parametrize("name", ["opus", "a/b c", "../..", "", ".", "ä" * 300, "-x"])
def test_a_model_is_made_once(cache: Cache, name: str) -> None:
    made: list[Path] = []

    def make(folder: Path) -> None:
        made.append(folder)
        (folder / "model.bin").write_bytes(b"weights")

    first = cache.model(name, KEY, make)
    assert cache.model(name, KEY, make) == first
    assert len(made) == 1
    assert first.parent == cache.folder / "models"
    assert (first / "model.bin").read_bytes() == b"weights"
    assert not made[0].exists()
    assert is_cached(first)
    assert not is_cached(first.with_name("opus-en-de"))
    assert not is_cached(cache.folder / first.name)


def test_nothing_is_left_of_one_that_failed(cache: Cache) -> None:
    def fail(folder: Path) -> None:
        (folder / "half").write_bytes(b"half")
        raise ConfigError("no")

    with pytest.raises(ConfigError, match=r"^no$"):
        cache.model("opus", KEY, fail)
    assert [path.suffix for path in (cache.folder / "models").iterdir()] == [".lock"]
    assert cache.model("opus", KEY, lambda folder: None).is_dir()


def test_threads_wait_for_each_other(cache: Cache) -> None:
    made: list[Path] = []
    begun, go_on = threading.Event(), threading.Event()

    def make(folder: Path) -> None:
        made.append(folder)
        begun.set()
        assert go_on.wait(10)

    found: list[Path] = []
    threads = [
        threading.Thread(target=lambda: found.append(cache.model("opus", KEY, make)))
        for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    assert begun.wait(10)
    # another model neither waits nor sweeps away what is being made
    other = cache.model("other", KEY, lambda folder: None)
    assert made[0].is_dir()
    go_on.set()
    for thread in threads:
        thread.join(10)
    assert len(made) == 1
    assert len(found) == 4
    assert {*found} == {other.with_name(f"opus-{KEY}")}


def test_a_digest_is_looked_up_and_not_read_again(cache: Cache, tmp_path: Path) -> None:
    file = tmp_path / "weights"
    file.write_bytes(b"a" * 2_000_000)
    os.utime(file, ns=(10**18, 10**18))
    known = cache.digest(file)
    assert known == sha256_file(file)
    # other contents with the same size, time and place: the digest shows that nobody looked
    with file.open("r+b") as opened:
        opened.write(b"b")
    os.utime(file, ns=(10**18, 10**18))
    assert cache.digest(file) == known != sha256_file(file)
    os.utime(file, ns=(10**18, 10**18 + 1))
    assert cache.digest(file) == sha256_file(file)


def test_a_file_of_this_moment_is_read_again(cache: Cache, tmp_path: Path) -> None:
    file = tmp_path / "weights"
    file.write_bytes(b"a" * 2_000_000)
    before = file.stat()
    assert cache.digest(file) == sha256_file(file)
    # changed again within the step of a file system's clock
    file.write_bytes(b"b" * 2_000_000)
    os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert cache.digest(file) == sha256_file(file)


@pytest.mark.parametrize("text", ["", "{", "[]", '{"org/m@main": '])
def test_notes_that_are_broken_are_forgotten(cache: Cache, text: str) -> None:
    cache.remember("org/m", "main", "a" * 40)
    assert cache.commit("org/m", "main") == "a" * 40
    (cache.folder / "commits.json").write_text(text, "utf-8")
    assert cache.commit("org/m", "main") is None
    cache.remember("org/m", "main", "b" * 40)
    assert cache.commit("org/m", "main") == "b" * 40


def test_a_cache_that_is_a_file(tmp_path: Path) -> None:
    file = tmp_path / "cache"
    file.write_text("no folder", "utf-8")
    cache = Cache(str(file))
    cache.remember("org/m", "main", "a" * 40)  # a note that cannot be kept costs nothing
    assert cache.commit("org/m", "main") is None
    with pytest.raises(
        ConfigError, match=r"translate\.cache_path: '.*cache' cannot be written"
    ) as e:
        cache.model("opus", KEY, lambda folder: None)
    assert "translate.cache_path or SPANFERRY_CACHE" in str(e.value)


def test_a_cache_that_is_read_only(
    tmp_path: Path, trained_model: Path, converted_models: Path
) -> None:
    done = within_mount(
        'mount -t tmpfs -o ro none "$0"', tmp_path, [sys.executable, "-c", _FILL, str(tmp_path)]
    )
    assert done.stdout.startswith(f"ConfigError translate.cache_path: {str(tmp_path)!r} cannot be")
    assert "SPANFERRY_CACHE" in done.stdout


def test_models_in_a_read_only_cache_can_be_used(
    tmp_path: Path, trained_model: Path, converted_models: Path
) -> None:
    writable = within_mount("true", tmp_path, command(trained_model, converted_models))
    done = within_mount(
        f'mount --bind {converted_models} "$0" && mount -o remount,ro,bind "$0"', tmp_path,
        command(trained_model, tmp_path),
    )  # fmt: skip
    found = json.loads(done.stdout)
    assert all(found["texts"])
    assert found["texts"] == json.loads(writable.stdout)["texts"]


def test_a_full_disk_may_be_cleaned(tmp_path: Path, trained_model: Path) -> None:
    mount = 'mount -t tmpfs -o size=300k none "$0"'
    done = within_mount(mount, tmp_path, [sys.executable, "-c", _FILL, str(tmp_path)])
    assert done.stdout.startswith(f"RetryableError translate.cache_path: {str(tmp_path)!r} cannot")
    assert "No space left on device" in done.stdout
    # the same in the process that converts
    done = within_mount(mount, tmp_path, command(trained_model, tmp_path))
    kind, text = json.loads(done.stdout)["error"]
    assert kind == "RetryableError"
    assert text.startswith("translate.cache_path: ")
    assert "No space left on device" in text
    assert "SPANFERRY_CACHE" in text
