"""The manifest is true after a kill at any moment."""

from __future__ import annotations

from pathlib import Path

import pytest

from spanferry.data.errors import ConfigError
from spanferry.data.fingerprint import fingerprint
from spanferry.data.ids import IdSet
from spanferry.data.locking import exclusive
from spanferry.data.manifest import Manifest


def enter(manifest: Manifest, name: str, mark: str, content: bytes = b"data") -> Path:
    file = manifest.folder / name
    file.write_bytes(content)
    manifest.enter(name, mark, file, rows=1, facts={"n": 1})
    return file


def test_entry_is_valid_only_for_its_fingerprint_and_its_file(tmp_path: Path) -> None:
    file = enter(Manifest(tmp_path), "a", "f1")
    again = Manifest(tmp_path)
    entry = again.done("a", "f1")
    assert entry is not None
    assert entry.facts == {"n": 1}
    assert again.done("a", "f2") is None
    assert again.done("b", "f1") is None
    file.write_bytes(b"touched by hand")
    assert again.done("a", "f1") is None
    file.unlink()
    assert again.done("a", "f1") is None


def test_last_entry_of_a_key_wins(tmp_path: Path) -> None:
    manifest = Manifest(tmp_path)
    enter(manifest, "a", "f1")
    enter(manifest, "a", "f2")
    assert Manifest(tmp_path).done("a", "f1") is None
    assert Manifest(tmp_path).done("a", "f2") is not None


@pytest.mark.parametrize("cut", [1, 10, 60])
def test_torn_last_line_costs_that_entry_only(tmp_path: Path, cut: int) -> None:
    manifest = Manifest(tmp_path)
    enter(manifest, "a", "f1")
    whole = manifest.path.stat().st_size
    enter(manifest, "b", "f1")
    with manifest.path.open("rb+") as file:
        file.truncate(manifest.path.stat().st_size - cut)
    torn = Manifest(tmp_path)
    assert torn.done("a", "f1") is not None
    assert torn.done("b", "f1") is None
    assert manifest.path.stat().st_size > whole  # looking does not change the file
    enter(torn, "c", "f1")
    assert [entry.key for entry in Manifest(tmp_path).find("")] == ["a", "c"]


def test_fingerprint_depends_on_every_part_and_not_on_their_order() -> None:
    assert fingerprint(a=1, b={"x": 1, "y": 2}) == fingerprint(b={"y": 2, "x": 1}, a=1)
    assert len({fingerprint(a=1), fingerprint(a=2), fingerprint(b=1), fingerprint(a="1")}) == 4


def test_a_folder_is_locked_for_the_second(tmp_path: Path) -> None:
    with exclusive(tmp_path), pytest.raises(ConfigError, match="at work"), exclusive(tmp_path):
        pass
    with exclusive(tmp_path):
        pass


def test_ids_remember_their_first_place(tmp_path: Path) -> None:
    with IdSet(tmp_path / "ids") as ids:
        assert ids.add("x", "f:1") is None
        assert ids.add("y", "f:2") is None
        assert ids.add("x", "f:3") == "f:1"
    assert not (tmp_path / "ids").exists()
