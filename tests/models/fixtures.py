"""Fixtures: the small checkpoints of each family, and the trained model, made once."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path

import pytest
from filelock import FileLock

from tests.models.families import FAMILIES

#: The files that decide what the trained model is.
CODE = ("grammar.py", "language.py", "lexicon.py", "marian.py", "trained.py", "vocabulary.py")


@pytest.fixture(scope="session")
def family(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """The checkpoint of a family by its name in `FAMILIES`, built when it is first wanted."""
    pytest.importorskip("transformers")
    root = tmp_path_factory.mktemp("families")

    def build(name: str) -> Path:
        folder = root / name
        return folder if folder.exists() else FAMILIES[name](folder)

    return build


@pytest.fixture(scope="session")
def trained_model(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The checkpoint of the trained model; report.json in it says how well it translates.

    The first run trains it, in a minute or two; later ones find it in pytest's cache, as long as
    neither the code nor the libraries change.
    """
    pytest.importorskip("transformers")
    pytest.importorskip("sacrebleu")
    cache = getattr(request.config, "cache", None)
    root = Path(cache.mkdir("trained_model")) if cache else tmp_path_factory.mktemp("trained")
    folder = root / _state()
    with FileLock(root / "lock"):
        if not folder.exists():
            from tests.models.trained import train

            for old in root.glob("*-unfinished"):
                shutil.rmtree(old)
            unfinished = root / f"{folder.name}-unfinished"
            report = train(unfinished)
            (unfinished / "report.json").write_text(
                json.dumps({"steps": report.steps, "bleu": report.bleu}), encoding="utf-8"
            )
            unfinished.rename(folder)
    return folder


def _state() -> str:
    digest = hashlib.sha256()
    for name in CODE:
        digest.update((Path(__file__).parent / name).read_bytes())
    for package in ("torch", "transformers", "sentencepiece"):
        digest.update(version(package).encode())
    return digest.hexdigest()[:16]
