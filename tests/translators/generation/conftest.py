"""Generators over small models, converted once for all tests (and kept in pytest's cache)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from spanferry.translators.generation import TextGenerator, TextGeneratorSettings

pytest.importorskip("ctranslate2")
pytest.importorskip("torch")


class Calls(Counter[str]):
    """Counts."""

    def add(self, name: str, number: int = 1) -> None:
        self[name] += number


Make = Callable[..., TextGenerator]


@pytest.fixture
def calls() -> Calls:
    return Calls()


@pytest.fixture
def generator(trained_generator: Path, model_cache: Path, calls: Calls) -> Make:
    """`generator(**settings)`: a generator over the model that finds names."""

    def make(**settings: Any) -> TextGenerator:
        given = {
            "model": str(trained_generator), "device": "cpu", "cache_path": str(model_cache),
            "compute_type": "float32", "inter_threads": 1, "beam_size": 5, **settings,
        }  # fmt: skip
        return TextGenerator(TextGeneratorSettings(**given), calls)

    return make
