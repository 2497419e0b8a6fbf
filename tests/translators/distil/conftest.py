"""Small stores of pairs, and the student that has learnt the artificial language."""

from __future__ import annotations

from pathlib import Path

import pytest

from spanferry.translators.distil.pairs import PairStore
from spanferry.translators.distil.settings import StudentSettings
from spanferry.translators.distil.vocabulary import Vocabulary, train_vocabulary
from tests.models.fixtures import distilled
from tests.models.language import pairs
from tests.models.students import store

__all__ = ["distilled"]


@pytest.fixture(scope="session")
def linked_store(tmp_path_factory: pytest.TempPathFactory) -> PairStore:
    """300 pairs with links, some of them held out; leave it as it is."""
    return store(tmp_path_factory.mktemp("linked") / "pairs", 300)


@pytest.fixture(scope="session")
def vocabulary(tmp_path_factory: pytest.TempPathFactory) -> Vocabulary:
    """A vocabulary of 400 sub-words; leave it as it is."""
    pytest.importorskip("sentencepiece")
    folder: Path = tmp_path_factory.mktemp("vocabulary")
    texts = [text for pair in pairs(300) for text in (pair.source, pair.target)]
    train_vocabulary(texts, StudentSettings(vocabulary=400), folder, "en", "qaa")
    return Vocabulary(folder)
