"""Fixtures: a small mT5, and one that was trained until it finds names."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest
from filelock import FileLock

from tests.models.language import Pair
from tests.models.mt5 import build_mt5, plain_pairs, write_records

REPOSITORY = Path(__file__).parents[2]
#: The code that decides what the trained generator is; with `tests/models` itself.
CODE = (
    "data/training", "translators/generation/training", "translators/generation/pieces.py",
    "flows/labelled_text.py", "flows/training_generation.py",
    "projection/methods/tprojection/form.py", "tests/models/grammar.py",
    "tests/models/language.py", "tests/models/lexicon.py", "tests/models/mt5.py",
    "tests/models/backends.py", "tests/models/vocabulary.py", "tests/models/generators.py",
)  # fmt: skip
#: Sentences that plain pairs are taken from: to learn, and held out.
TRAINING, HELD_OUT = 8000, 300
#: Seed of the held-out sentences; see `language.split`.
HELD_OUT_SEED = 1_000_004
SETTINGS: dict[str, Any] = {
    "steps": 360, "batch_size": 32, "learning_rate": 3e-3, "warmup_steps": 50, "eval_every": 120,
    "max_held_out": 60, "device": "cpu",
}  # fmt: skip


def unseen() -> list[Pair]:
    """Plain pairs that no training has seen."""
    known = {pair.source for pair in plain_pairs(TRAINING)}
    return [pair for pair in plain_pairs(HELD_OUT, HELD_OUT_SEED) if pair.source not in known]


@pytest.fixture(scope="session")
def small_mt5(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The checkpoint of a small mT5 that knows nothing."""
    pytest.importorskip("transformers")
    return build_mt5(tmp_path_factory.mktemp("mt5") / "small")


@pytest.fixture(scope="session")
def trained_generator(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """The output of `spanferry train` with a small mT5 and names of the artificial pair.

    The first run trains it, in about twenty seconds; later ones find it in pytest's cache, as long
    as neither the code nor the libraries change.
    """
    pytest.importorskip("transformers")
    cache = getattr(request.config, "cache", None)
    root = Path(cache.mkdir("generator")) if cache else tmp_path_factory.mktemp("generator")
    folder = root / _state(CODE)
    with FileLock(root / "lock"):
        if not (folder / "training.json").exists():
            for old in root.glob("*-base"):
                shutil.rmtree(old)
            _train(folder, root / f"{folder.name}-base")
    return folder


def _train(folder: Path, work: Path) -> None:
    import torch

    from spanferry.flows.train_config import GenerationTraining
    from spanferry.flows.training import train

    corpus = write_records(build_mt5(work) / "corpus.jsonl", plain_pairs(TRAINING))
    config = GenerationTraining.model_validate(
        {"kind": "tprojection", "model": str(work), "source": {"path": str(corpus)},
         "output": str(folder), "settings": SETTINGS}
    )  # fmt: skip
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        train(config)
    finally:
        torch.set_num_threads(threads)


def _state(code: Sequence[str]) -> str:
    digest = hashlib.sha256()
    for name in code:
        path = REPOSITORY / name
        for file in sorted(path.glob("*.py")) if path.is_dir() else [path]:
            digest.update(file.read_bytes())
    for package in ("torch", "transformers", "sentencepiece", "tokenizers"):
        digest.update(version(package).encode())
    return digest.hexdigest()[:16]
