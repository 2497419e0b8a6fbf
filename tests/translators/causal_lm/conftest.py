"""Translators over small language models, built once a test run."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from spanferry.translators.causal_lm.settings import CausalLMTranslatorSettings
from spanferry.translators.causal_lm.translator import CausalLMTranslator

pytest.importorskip("torch")
pytest.importorskip("transformers")

from tests.models import causal

Make = Callable[..., CausalLMTranslator]


@pytest.fixture(scope="session")
def checkpoint(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """The folder of a model of `tests.models.causal` by name; leave it as it is."""
    root = tmp_path_factory.mktemp("causal")

    def build(name: str) -> Path:
        folder = root / name
        return folder if folder.exists() else getattr(causal, name)(folder)

    return build


@pytest.fixture
def make(checkpoint: Callable[[str], Path]) -> Make:
    """`make(name, source, target, **settings)`: a translator over a model, on CPU."""

    def made(
        name: str, source: str = "en", target: str = "es", **settings: Any
    ) -> CausalLMTranslator:
        given = {"model": str(checkpoint(name)), "device": "cpu", **settings}
        return CausalLMTranslator(
            CausalLMTranslatorSettings.model_validate(given),
            source_language=source,
            target_language=target,
        )

    return made
