"""Translators over small models, converted once for all tests (and kept in pytest's cache)."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from spanferry.translators.ct2.settings import CTranslate2TranslatorSettings
from spanferry.translators.ct2.translator import CTranslate2Translator

pytest.importorskip("ctranslate2")
pytest.importorskip("torch")

Make = Callable[..., CTranslate2Translator]
#: Languages that each of the small models knows, source and target.
LANGUAGES = {"marian": ("en", "de"), "t5": ("en", "de")}


@pytest.fixture(scope="session")
def converted_models(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """A cache folder of converted models that outlives the test run."""
    cache = getattr(request.config, "cache", None)
    return Path(cache.mkdir("converted_models")) if cache else tmp_path_factory.mktemp("converted")


@pytest.fixture
def of_family(family: Callable[[str], Path], converted_models: Path) -> Make:
    """`of_family(name, **settings)`: a translator over the small model of a family."""

    def make(name: str, **settings: Any) -> CTranslate2Translator:
        source, target = LANGUAGES.get(name, ("en", "pt"))
        return translator(family(name), converted_models, source, target, settings)

    return make


@pytest.fixture
def trained(trained_model: Path, converted_models: Path) -> Make:
    """`trained(**settings)`: a translator over the model that knows the artificial language."""

    def make(**settings: Any) -> CTranslate2Translator:
        return translator(trained_model, converted_models, "en", "qaa", settings)

    return make


def translator(
    model: Path, cache: Path, source: str, target: str, settings: dict[str, Any]
) -> CTranslate2Translator:
    """A translator over a model's folder."""
    given = {"model": str(model), "cache_path": str(cache), **settings}
    return CTranslate2Translator(
        CTranslate2TranslatorSettings(**given), source_language=source, target_language=target
    )
