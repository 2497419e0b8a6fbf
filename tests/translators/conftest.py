"""Small models for the tests of the translators."""

from __future__ import annotations

import pytest

from tests.models.fixtures import family, model_cache, taught, trained_model
from tests.models.generators import small_mt5, trained_generator

__all__ = ["family", "model_cache", "small_mt5", "taught", "trained_generator", "trained_model"]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Whichever test comes first trains the model, so all that use it may take longer."""
    for item in items:
        if {"trained_generator", "trained_model"} & set(getattr(item, "fixturenames", ())):
            item.add_marker(pytest.mark.timeout(1200))
