"""Rows of "Generators"."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import yaml

from spanferry.flows.backends import Backends
from spanferry.flows.load import load_config
from spanferry.flows.train_config import load_training
from spanferry.flows.training import train
from tests.translators.errors.desk import ROWS, Desk, Rows

row = Rows("Generators")


def train_on(desk: Desk, rows: list[dict[str, Any]] = ROWS, **config: Any) -> None:
    """What `spanferry train train.yaml` does, with the small mT5."""
    lines = "".join(f"{json.dumps(one)}\n" for one in rows)
    given = {
        "kind": "tprojection", "model": str(desk.request.getfixturevalue("small_mt5")),
        "source": {"path": desk.write("corpus.jsonl", lines)}, "output": "out", **config,
    }  # fmt: skip
    desk.write("train.yaml", yaml.safe_dump(given))
    train(load_training(Path("train.yaml")))


def copied(desk: Desk, **config: Any) -> str:
    """A copy of the small mT5 with another `config.json`."""
    shutil.copytree(desk.request.getfixturevalue("small_mt5"), "own")
    path = Path("own", "config.json")
    path.write_text(json.dumps({**json.loads(path.read_text("utf-8")), **config}), "utf-8")
    return "own"


@row("more outputs than beams")
def _(desk: Desk) -> None:
    candidates = {"model": "org/model", "beam_size": 2, "n_best": 3}
    desk.build({}, project={"method": "tprojection", "candidates": candidates})


@row("a model that is not there")
def _(desk: Desk) -> None:
    project = {"method": "tprojection", "candidates": {"model": "./nowhere"}}
    translate = {"backend": "ctranslate2", "model": "org/model", "device": "cpu"}
    Backends(load_config(desk.configure(translate, project=project))).method("pt")


@row("more updates to warm up than there are")
def _(desk: Desk) -> None:
    train_on(desk, settings={"steps": 3, "warmup_steps": 9})


@row("a model of another kind to begin with")
def _(desk: Desk) -> None:
    train_on(desk, model=copied(desk, model_type="bert"))


@row("a checkpoint that is damaged")
def _(desk: Desk) -> None:
    train_on(desk, model=copied(desk, d_model="wide"))


@row("a folder that is gone")
def _(desk: Desk) -> None:
    from spanferry.translators.generation.training.checkpoint import TextToText

    TextToText(Path("gone"), ())


@row("the output in the folder of the model")
def _(desk: Desk) -> None:
    train_on(desk, model=copied(desk), output="own")


@row("nothing but texts that are too long")
def _(desk: Desk) -> None:
    train_on(desk, settings={"max_tokens": 8})


@row("one text, and nothing left to evaluate on")
def _(desk: Desk) -> None:
    train_on(desk, ROWS[:1])
