"""The model that knows markers, and services over it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from spanferry.flows.config import settings_class
from spanferry.flows.services import MethodServices, Models
from spanferry.projection.base import ProjectionMethod
from spanferry.projection.methods.constrained import ConstrainedMethod
from spanferry.projection.services import ForcedDecoder
from tests.models.fixtures import family, marked_model, model_cache, trained_model

pytest.importorskip("ctranslate2")
pytest.importorskip("torch")

__all__ = ["family", "marked_model", "model_cache", "trained_model"]

Make = Callable[..., ConstrainedMethod]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Whichever test comes first trains the models, so all that use them may take longer."""
    for item in items:
        if "trained_model" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.timeout(1200))


def services(
    model: Path, cache: Path, settings: Any, source: str = "en", target: str = "qaa"
) -> MethodServices:
    """Services whose translator is the model in a folder."""
    translate = settings_class("translators", "ctranslate2")(
        model=str(model), cache_path=str(cache), compute_type="float32", device="cpu",
        inter_threads=1, intra_threads=1,
    )  # fmt: skip

    def make(settings: Any, inner: MethodServices) -> ProjectionMethod:
        return ConstrainedMethod(settings, inner)

    return MethodServices(settings, source, target, Models(translate), make)


@pytest.fixture(scope="session")
def make(marked_model: Path, model_cache: Path) -> Make:
    """`make(**settings)`: the method over the model that knows markers."""

    def made(**given: Any) -> ConstrainedMethod:
        settings = ConstrainedMethod.Settings(**given)
        return ConstrainedMethod(settings, services(marked_model, model_cache, settings))

    return made


@pytest.fixture(scope="session")
def decoder(make: Make) -> ForcedDecoder:
    """That model, made to write given translations."""
    return make().services.forced("decoder")
