"""The desk of a row; small models for those of ctranslate2."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

import pytest

from tests.translators.errors.desk import Desk

if find_spec("ctranslate2") and find_spec("torch"):
    from tests.translators.ct2.conftest import converted_models

    __all__ = ["converted_models"]


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> Desk:
    """An empty folder to work in."""
    monkeypatch.chdir(tmp_path)
    return Desk(tmp_path, monkeypatch, request)
