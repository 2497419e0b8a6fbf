"""Small models for the tests of the translators."""

from __future__ import annotations

import pytest

from tests.models.fixtures import family, taught, trained_model

__all__ = ["family", "taught", "trained_model"]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Whichever test comes first trains the model, so all that use it may take longer."""
    for item in items:
        if "trained_model" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.timeout(1200))
