"""The desk of a row; small models for those of ctranslate2 and causal_lm."""

from __future__ import annotations

from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

import pytest

from tests.translators.errors.desk import Desk

if find_spec("ctranslate2") and find_spec("torch"):
    from tests.translators.ct2.conftest import converted_models

    __all__ = ["converted_models"]


@pytest.fixture(scope="session")
def causal_checkpoint(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """The folder of a model of `tests.models.causal` by name; leave it as it is."""
    from tests.models import causal

    root = tmp_path_factory.mktemp("causal")

    def build(name: str) -> Path:
        folder: Path = root / name
        return folder if folder.exists() else getattr(causal, name)(folder)

    return build


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> Desk:
    """An empty folder to work in."""
    monkeypatch.chdir(tmp_path)
    return Desk(tmp_path, monkeypatch, request)
