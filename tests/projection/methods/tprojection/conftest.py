"""The model that knows the artificial language."""

from __future__ import annotations

import pytest

from tests.models.fixtures import model_cache, trained_model

__all__ = ["model_cache", "trained_model"]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Whichever test comes first trains the model, so all that use it may take longer."""
    for item in items:
        if "trained_model" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.timeout(1200))
