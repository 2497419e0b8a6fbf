"""Rows of "ctranslate2" about models of the Hub, over a real socket."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.servers.hub import Answer, HubServer
from tests.translators.errors.ctranslate2_files import raise_error
from tests.translators.errors.desk import Desk, Rows

NAME = "org/tiny-en-qaa"
row = Rows("ctranslate2", backend="ctranslate2")


class Refusing(HubServer):
    """Refuses, as some countries' networks do."""

    def answer(self, path: str) -> Answer:
        """451: unavailable for legal reasons."""
        return Answer(451)


def ask(desk: Desk, name: str = NAME, *, kind: type[HubServer] = HubServer, mood: Any = "good",
        **settings: Any) -> None:  # fmt: skip
    """A build with a model of a Hub that has one model."""
    constants = pytest.importorskip("huggingface_hub").constants
    with kind({NAME: repository(desk)}) as server:
        server.mood = mood
        desk.monkeypatch.setattr(constants, "ENDPOINT", server.url)
        desk.monkeypatch.setattr(constants, "HF_HUB_OFFLINE", False)
        desk.monkeypatch.setattr(constants, "HF_HUB_CACHE", str(desk.folder / "hub"))
        own = {"model": name, "device": "cpu", "cache_path": str(desk.folder / "cache")}
        desk.build({"backend": "ctranslate2", **own, **settings}, targets=["qaa"])


def repository(desk: Desk) -> Path:
    """The files of the model; nothing of them is read before they are downloaded."""
    desk.write("repository/config.json", '{"model_type": "marian"}')
    return desk.folder / "repository"


@row("a name that is no Hub id")
def _(desk: Desk) -> None:
    ask(desk, "org/a..b")


@row("a model that the Hub has not")
def _(desk: Desk) -> None:
    ask(desk, "org/no-such-model")


@row("a revision that the Hub has not")
def _(desk: Desk) -> None:
    ask(desk, revision="v9")


@row("a gated model")
def _(desk: Desk) -> None:
    ask(desk, mood="gated")


@row("a request that the Hub refuses")
def _(desk: Desk) -> None:
    ask(desk, kind=Refusing)


@row("a Hub that cannot be reached")
def _(desk: Desk) -> None:
    ask(desk, mood="error")


@row("a model that was never downloaded, offline")
def _(desk: Desk) -> None:
    desk.build({"backend": "ctranslate2", "model": NAME, "device": "cpu"})


#: A build in a process of its own: huggingface_hub reads HF_HOME and HF_ENDPOINT when imported.
_BUILD = """
import json, sys
from pathlib import Path
from spanferry.data.errors import SpanferryError
from spanferry.flows.load import load_config
from spanferry.flows.run import build
try:
    build(load_config(Path("build.yaml")))
except SpanferryError as error:
    print(json.dumps([type(error).__name__, str(error)]))
"""


@row("a Hub's cache that cannot be written")
def _(desk: Desk) -> None:
    from tests.translators.ct2.process import environment

    trained = desk.request.getfixturevalue("trained_model")
    model = Path(shutil.copytree(trained, desk.folder / "whole"))
    own = {"model": NAME, "device": "cpu", "cache_path": "cache"}
    desk.configure({"backend": "ctranslate2", **own}, targets=["qaa"])
    home = desk.write("home/hub", "a file where the cache would be")
    with HubServer({NAME: model}) as server:
        places = {"HF_ENDPOINT": server.url, "HF_HOME": str(Path(home).parent.absolute())}
        done = subprocess.run(
            [sys.executable, "-c", _BUILD], env=environment(**places, HF_HUB_OFFLINE="0"),
            capture_output=True, text=True, check=True, timeout=60,
        )  # fmt: skip
    raise_error(*json.loads(done.stdout.splitlines()[-1]))
