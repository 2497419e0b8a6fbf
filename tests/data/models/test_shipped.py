"""Which models come with the package."""

from __future__ import annotations

from pathlib import Path

import pytest

from spanferry.data import models
from spanferry.data.models import shipped


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of models instead of the package's own."""
    monkeypatch.setattr(shipped, "ROOT", tmp_path)
    return tmp_path


def _put(root: Path, name: str, file: str = "model.bin") -> Path:
    (root / name).mkdir()
    (root / name / file).write_bytes(b"weights")
    return root / name


def test_the_root_is_a_real_folder_of_the_package() -> None:
    assert Path(models.__file__).parent == shipped.ROOT


def test_a_folder_is_found_by_its_languages(root: Path) -> None:
    here = _put(root, "en-pt")
    assert shipped.pairs() == [("en", "pt")]
    assert shipped.shipped("en", "pt") == here
    assert shipped.shipped("pt", "en") is None
    assert shipped.shipped("en", "es") is None


@pytest.mark.parametrize("code", ["pt", "pt-BR", "pt-PT", "PT_br", "pt-Latn"])
def test_regions_and_scripts_make_no_difference(root: Path, code: str) -> None:
    here = _put(root, "en-pt")
    assert shipped.shipped("en-GB", code) == here


def test_what_is_no_model_is_not_offered(root: Path) -> None:
    _put(root, "en-pt", "README.md")  # a copy that never ended
    _put(root, "__pycache__")
    _put(root, "en-pt.tmp")
    (root / "model.bin").write_bytes(b"weights")
    assert shipped.pairs() == []
    assert shipped.shipped("en", "pt") is None


def test_pairs_are_in_order(root: Path) -> None:
    for name in ("pt-en", "en-pt", "en-ast"):
        _put(root, name)
    assert shipped.pairs() == [("en", "ast"), ("en", "pt"), ("pt", "en")]
    assert shipped.is_shipped(root / "en-pt")
    assert not shipped.is_shipped(root)
    assert not shipped.is_shipped(root / "en-pt" / "inside")
