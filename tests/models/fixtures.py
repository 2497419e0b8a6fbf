"""Fixtures: the small checkpoints of each family, random or taught, and the trained model."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable, Sequence
from importlib.metadata import version
from pathlib import Path

import pytest
from filelock import FileLock

from tests.models.families import FAMILIES

#: The files that decide what the trained model is.
CODE = ("grammar.py", "language.py", "lexicon.py", "marian.py", "trained.py", "vocabulary.py")
#: The files that decide what the taught models are.
TAUGHT_CODE = (
    "backends.py", "families.py", "grammar.py", "language.py", "lessons.py", "lexicon.py",
    "taught.py", "vocabulary.py",
)  # fmt: skip
#: The files that decide what the model that knows markers is.
MARKED_CODE = (*CODE, "marked.py")
#: The files that decide what the student is that has learnt the language, here and in the code.
STUDENT_CODE = ("grammar.py", "language.py", "lexicon.py", "students.py")
TRAINING_CODE = ("translators/distil", "data/training")
REPOSITORY = Path(__file__).parents[2]


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
def taught(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Callable[[str], Path]:
    """The checkpoint of a family that knows `lessons.LESSONS`, by its name in `FAMILIES`.

    Taught when it is first wanted, in one to five seconds; found in pytest's cache later, as the
    trained model is.
    """
    pytest.importorskip("transformers")
    cache = getattr(request.config, "cache", None)
    root = Path(cache.mkdir("taught_models")) if cache else tmp_path_factory.mktemp("taught")

    def make(name: str) -> Path:
        folder = root / f"{name}-{_state(TAUGHT_CODE)}"
        with FileLock(root / f"{name}.lock"):
            if not folder.exists():
                from tests.models.taught import teach

                for old in root.glob(f"{name}-*-unfinished"):
                    shutil.rmtree(old)
                unfinished = root / f"{folder.name}-unfinished"
                teach(name, unfinished)
                unfinished.rename(folder)
        return folder

    return make


@pytest.fixture(scope="session")
def model_cache(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A cache folder of converted models that outlives the test run."""
    cache = getattr(request.config, "cache", None)
    return Path(cache.mkdir("converted_models")) if cache else tmp_path_factory.mktemp("converted")


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
    folder = root / _state(CODE)
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


@pytest.fixture(scope="session")
def marked_model(request: pytest.FixtureRequest, trained_model: Path) -> Path:
    """The checkpoint of the trained model that was trained further with markers; see `marked.py`.

    The first run takes half a minute for it; later ones find it in pytest's cache.
    """
    cache = getattr(request.config, "cache", None)
    root = Path(cache.mkdir("marked_model")) if cache else trained_model.parent
    folder = root / f"marked-{_state(MARKED_CODE)}"
    with FileLock(root / "marked.lock"):
        if not folder.exists():
            from tests.models.marked import train

            for old in root.glob("marked-*-unfinished"):
                shutil.rmtree(old)
            unfinished = root / f"{folder.name}-unfinished"
            train(trained_model, unfinished)
            unfinished.rename(folder)
    return folder


@pytest.fixture(scope="session")
def distilled(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The student of `students.teach`: `checkpoint`, `model` (CTranslate2) and `report.json`.

    The first run trains it, in a minute; later ones find it in pytest's cache, as long as neither
    the code that trains students nor the libraries change.
    """
    pytest.importorskip("transformers")
    pytest.importorskip("ctranslate2")
    cache = getattr(request.config, "cache", None)
    root = Path(cache.mkdir("distilled")) if cache else tmp_path_factory.mktemp("distilled")
    code = [path for place in TRAINING_CODE for path in sorted((REPOSITORY / place).glob("*.py"))]
    folder = root / _state(STUDENT_CODE, code)
    with FileLock(root / "lock"):
        if not folder.exists():
            from tests.models.students import teach

            for old in root.glob("*-unfinished"):
                shutil.rmtree(old)
            unfinished = root / f"{folder.name}-unfinished"
            report = teach(unfinished)
            (unfinished / "report.json").write_text(report.model_dump_json(), encoding="utf-8")
            unfinished.rename(folder)
    return folder


def _state(code: Sequence[str], sources: Sequence[Path] = ()) -> str:
    digest = hashlib.sha256()
    for path in (*(Path(__file__).parent / name for name in code), *sources):
        digest.update(path.read_bytes())
    for package in ("torch", "transformers", "sentencepiece"):
        digest.update(version(package).encode())
    return digest.hexdigest()[:16]
