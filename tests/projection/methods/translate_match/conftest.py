"""Small models for these tests."""

from __future__ import annotations

from tests.models.fixtures import trained_model

__all__ = ["trained_model"]
