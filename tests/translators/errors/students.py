"""Rows of "Students" about the student itself."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import yaml

from spanferry.flows.distilling.config import load_distil
from spanferry.translators.distil.settings import StudentSettings, StudentTrainingSettings
from spanferry.translators.distil.train import checkpoint, train_student
from tests.translators.errors.desk import Desk, Rows

row = Rows("Students")
SMALL: dict[str, Any] = {
    "vocabulary": 300, "dimension": 8, "feed_forward": 8, "encoder_layers": 1, "decoder_layers": 1,
    "heads": 1, "positions": 64,
}  # fmt: skip
QUICK: dict[str, Any] = {"steps": 1, "warmup_steps": 0, "eval_pairs": 1, "device": "cpu"}


def load(desk: Desk, **config: Any) -> None:
    """What `spanferry distil distil.yaml` does first."""
    given = {"source": "en", "target": "pt", "pairs": [{"joined": "pairs.tsv"}], "output": "out"}
    desk.write("distil.yaml", yaml.safe_dump(given | config))
    load_distil(Path("distil.yaml"))


def learn(out: str = "student", student: dict[str, Any] | None = None, **settings: Any) -> Path:
    """Train a very small student; its checkpoint."""
    from tests.models.students import store

    train_student(
        store(Path("pairs"), 60),
        StudentSettings(**SMALL | (student or {})),
        StudentTrainingSettings(**QUICK | settings),
        Path(out),
        source="en",
        target="qaa",
    )
    return checkpoint(Path(out))


@row("heads that do not divide the width")
def _(desk: Desk) -> None:
    load(desk, student={"dimension": 256, "heads": 3})


@row("an odd width")
def _(desk: Desk) -> None:
    load(desk, student={"dimension": 255, "heads": 3})


@row("more updates to warm up than there are")
def _(desk: Desk) -> None:
    load(desk, settings={"steps": 100, "warmup_steps": 150})


@row("a vocabulary without room for the characters")
def _(desk: Desk) -> None:
    learn(student={"vocabulary": 100})


@row("nothing but pairs that are too long")
def _(desk: Desk) -> None:
    learn(max_tokens=8, student={"vocabulary": 110})


@row("`start` names no folder")
def _(desk: Desk) -> None:
    learn(start="gone")


@row("`start` names the checkpoint that is trained anew")
def _(desk: Desk) -> None:
    learn(start=learn())


@row("`start` has no vocabulary")
def _(desk: Desk) -> None:
    start = learn()
    (start / "vocab.json").unlink()
    learn("other", start=start)


@row("`start` is no student")
def _(desk: Desk) -> None:
    """Marian's own have two SentencePiece models."""
    start = learn()
    words = json.loads((start / "vocab.json").read_text("utf-8"))
    (start / "vocab.json").write_text(json.dumps(dict(reversed(words.items()))), "utf-8")
    learn("other", start=start)


@row("`start` has another shape")
def _(desk: Desk) -> None:
    learn("other", student={"dimension": 16}, start=learn())


@row("`start` has damaged weights")
def _(desk: Desk) -> None:
    start = learn()
    shutil.copyfile(start / "vocab.json", start / "model.safetensors")
    learn("other", start=start)
