"""Builds with models of every family that CTranslate2 runs, from checkpoint to dataset."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import datasets
import pytest

from spanferry.translators.ct2.engine import Engine
from tests.flows.model_corpora import (
    ROOT,
    lesson_records,
    published,
    rejected,
    run,
    write_build,
)
from tests.models.families import FAMILIES
from tests.models.lessons import LESSONS
from tests.models.lessons import taught as languages

pytest.importorskip("ctranslate2")
pytest.importorskip("torch")

Taught = Callable[[str], Path]
Names = list[tuple[int, int, str]]
#: CTranslate2 stops when it has as many finished hypotheses as beams, even where the best one has
#: not ended yet. A model that knows its sentences by heart has nonsense in all beams but the first,
#: and that ends early. Without length normalisation it stops at the end of the best one.
BEAMS = {"beam_size": 4, "length_penalty": 0}


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def expected(language: str) -> dict[str, tuple[str, Names]]:
    """The translations of the corpus with the names in them, by the id of the record."""
    parts = [lesson.parts(language) for lesson in LESSONS]
    (first, names), (last, others) = parts[0], parts[-1]
    shift = len(first) + 2
    moved = [(start + shift, end + shift, label) for start, end, label in others]
    return {
        **{f"s{number}": part for number, part in enumerate(parts)},
        "document": (f"{first}\n\n{last}", names + moved),
    }


def found(row: dict[str, Any]) -> tuple[str, Names]:
    """The text of a published row and its names."""
    labels = ("LOC", "PER")
    spans = [(span["start"], span["end"], labels[span["label"]]) for span in row["spans"]]
    return row["text"], sorted(spans)


@pytest.mark.parametrize("name", FAMILIES)
def test_a_family_goes_through_the_whole_pipeline(
    tmp_path: Path, taught: Taught, model_cache: Path, name: str
) -> None:
    targets, model = languages(name), taught(name)
    write_build(
        tmp_path, lesson_records(), model=model, cache=model_cache, targets=targets,
        translate={"beam_size": 1, "device": "cpu"},
    )  # fmt: skip
    counts = run().published.summary.total()
    records = len(lesson_records())
    assert (counts.read, counts.published) == (records * len(targets), records * len(targets))
    for target in targets:
        rows = published(target)
        assert {key: found(row) for key, row in rows.items()} == expected(target)
        # the right token has a probability of 0.97 and more, also as CTranslate2 sees it
        assert all(-0.05 < row["translation_score"] < 0 for row in rows.values())
        assert rejected(target) == {}
    card = Path("out/names/README.md").read_text("utf-8")
    manifest = json.loads(Path("out/names/manifest.json").read_text("utf-8"))
    used = manifest["run"]["backends"][0]["source"]
    assert used.startswith(f"{model.name}, CTranslate2 ")
    assert used.endswith(", int8_float32 on cpu")
    assert used in card
    for text in (card, json.dumps(manifest)):
        assert all(str(folder) not in text for folder in (tmp_path, model.parent, model_cache))


@pytest.mark.parametrize("name", FAMILIES)
def test_a_family_with_beams(tmp_path: Path, taught: Taught, model_cache: Path, name: str) -> None:
    target = languages(name)[0]
    write_build(
        tmp_path, lesson_records(), model=taught(name), cache=model_cache, targets=[target],
        translate={**BEAMS, "links": True, "device": "cpu"}, align={"backend": "attention"},
        filter={"complete": False, "min_span_score": 0},
    )  # fmt: skip
    # nobody has taught its attention anything, so the spans are wherever they are
    run()
    texts = {key: row["text"] for key, row in published(target).items()}
    assert texts == {key: text for key, (text, _) in expected(target).items()}


def test_targets_share_one_model(
    tmp_path: Path, taught: Taught, model_cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    loaded: list[Path] = []
    real = Engine.__init__

    def spy(self: Engine, folder: Path, plan: Any) -> None:
        loaded.append(folder)
        real(self, folder, plan)

    monkeypatch.setattr(Engine, "__init__", spy)
    write_build(
        tmp_path, lesson_records(), model=taught("nllb"), cache=model_cache,
        targets=["pt", "es", "fr"], run={"workers": 3, "shard_records": 4},
        # no other test has a model with these threads
        translate={"beam_size": 1, "device": "cpu", "inter_threads": 1, "intra_threads": 2},
    )  # fmt: skip
    result = run().published.summary
    assert len(loaded) == 1
    for target in ("pt", "es"):
        rows = published(target)
        assert {key: found(row) for key, row in rows.items()} == expected(target)
    # French it was never taught: whatever comes out, all records are accounted for
    french = result.languages["fr"]["train"]
    lost = sum(sum(reasons.values()) for reasons in french.rejected.values())
    assert french.read == french.published + lost == len(lesson_records())
    assert sorted([*published("fr"), *rejected("fr")]) == sorted(expected("pt"))
    both = datasets.load_dataset("out/names", "es", split="train")
    assert sorted(both["text"]) == sorted(text for text, _ in expected("es").values())


#: Builds where torch and transformers are as good as not installed.
WITHOUT = """
import sys

class Without:
    def __init__(self, finder):
        self.finder = finder

    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] not in {"torch", "transformers"}:
            return self.finder.find_spec(name, path, target)

    def __getattr__(self, name):
        return getattr(self.finder, name)

sys.meta_path[:] = map(Without, sys.meta_path)

from pathlib import Path
from spanferry.data.errors import SpanferryError
from spanferry.flows.load import load_config
from spanferry.flows.run import build

try:
    done = build(load_config(Path("build.yaml"), sys.argv[1:]))
except SpanferryError as error:
    sys.exit(f"{type(error).__name__}: {error}")
print(done.published.summary.total().published)
assert not {"torch", "transformers"} & set(sys.modules)
"""


def test_a_converted_model_needs_neither_torch_nor_transformers(
    tmp_path: Path, taught: Taught, model_cache: Path
) -> None:
    model = taught("m2m100")
    greedy = {"beam_size": 1}
    records = lesson_records()
    write_build(tmp_path, records, model=model, cache=model_cache, targets=["pt"], translate=greedy)
    run()
    first = published("pt")
    # the converted folder by itself, as it would be carried to another machine
    made = max(
        (model_cache / "models").glob(f"{model.name}-*"), key=lambda folder: folder.stat().st_mtime
    )
    other = tmp_path / "elsewhere"
    write_build(other, records, model=made, cache=other / "cache", targets=["pt"], translate=greedy)
    done = without(other)
    assert (done.returncode, done.stdout) == (0, f"{len(records)}\n"), done.stderr
    assert published("pt", str(other / "out/names")) == first
    assert not (other / "cache/models").exists()
    refused = without(other, f"translate.model={model}")
    assert refused.returncode == 1
    assert refused.stderr.startswith("MissingExtraError: translate.model: ")
    assert "pip install 'spanferry[convert]'" in refused.stderr


def without(folder: Path, *overrides: str) -> subprocess.CompletedProcess[str]:
    """Build the corpus of a folder in a process that has neither torch nor transformers."""
    return subprocess.run(
        [sys.executable, "-c", WITHOUT, *overrides], cwd=folder, capture_output=True, text=True,
        check=False, timeout=120, env={**os.environ, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
