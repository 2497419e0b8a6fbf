"""Small checkpoints for the tests of this folder."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def bert(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """The folder of a small BERT by its head: encoder, spans, binary (two labels) or one."""
    pytest.importorskip("torch")
    pytest.importorskip("transformers")
    root = tmp_path_factory.mktemp("supervised")

    def build(head: str) -> Path:
        from tests.aligners.supervised.small import small_bert

        folder = root / head
        if not folder.exists():
            one = {"num_labels": 1} if head == "one" else {}
            small_bert(folder, "binary" if head == "one" else head, **one)
        return folder

    return build
