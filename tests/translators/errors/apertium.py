"""Rows of "apertium": folders of modes whose programs are small Python scripts, or none."""

from __future__ import annotations

import json
import sys
from typing import Any

from tests.translators.errors.desk import Desk, Rows

row = Rows("apertium", backend="apertium")
#: Passes texts on, each up to its null character, after something is done with it.
_STAGE = """
import os, sys
rest = b""
while block := os.read(0, 65536):
    *whole, rest = (rest + block).split(b"\\0")
    for text in whole:
        {what}
        os.write(1, text + b"\\0")
"""


def modes(desk: Desk, *names: str, text: str = "cat a | cat b") -> str:
    """A folder with mode files."""
    for name in names:
        desk.write(f"data/modes/{name}.mode", text)
    return "data"


def use(desk: Desk, *names: str, text: str = "cat a | cat b", **settings: Any) -> None:
    """A build into Spanish with these modes."""
    targets = settings.pop("targets", ["es"])
    given = {"backend": "apertium", "data_path": modes(desk, *names, text=text), **settings}
    desk.build(given, targets=targets)


def scripted(desk: Desk, what: str) -> str:
    """A mode of one script, twice."""
    script = desk.write("stage.py", _STAGE.format(what=what))
    return " | ".join([f"{sys.executable} -S {desk.folder / script}"] * 2)


@row("no Apertium")
def _(desk: Desk) -> None:
    from spanferry.translators.apertium import modes as places

    desk.monkeypatch.delenv("APERTIUM_DATADIR", raising=False)
    desk.monkeypatch.setattr(places, "FOLDERS", (str(desk.folder / "usr"),))
    desk.build({"backend": "apertium"}, targets=["es"])


@row("a folder without modes")
def _(desk: Desk) -> None:
    (desk.folder / "data").mkdir()
    desk.build({"backend": "apertium", "data_path": "data"}, targets=["es"])


@row("a pair that is not installed")
def _(desk: Desk) -> None:
    use(desk, "eng-spa", targets=["eo"])


@row("a pair that Debian has not")
def _(desk: Desk) -> None:
    use(desk, "eng-spa", targets=["sw"])


@row("a mode that is not there")
def _(desk: Desk) -> None:
    use(desk, "eng-spa", mode="eng-xyz")


@row("a mode of other languages")
def _(desk: Desk) -> None:
    use(desk, "eng-spa", "eng-cat", mode="eng-cat")


@row("several modes that would do")
def _(desk: Desk) -> None:
    use(desk, "eng-hbs_HR", "eng-hbs_SR", targets=["bs"])


@row("a mode file that is no pipeline")
def _(desk: Desk) -> None:
    use(desk, "eng-spa", text="cat < x | cat")


@row("a mode whose program is not installed")
def _(desk: Desk) -> None:
    use(desk, "eng-spa", text="cat x | no-such-program-proc y")


@row("a mode that does not work")
def _(desk: Desk) -> None:
    use(desk, "eng-spa", text=scripted(desk, "sys.exit(3)"))


@row("an engine that breaks at every text")
def _(desk: Desk) -> None:
    # the backend tries a word of its own first
    text = scripted(desk, 'b"spanferry" in text or sys.exit(3)')
    rows = [{"id": f"r{n}", "text": f"The {n} dogs slept."} for n in range(12)]
    desk.write("dogs.jsonl", "".join(f"{json.dumps(one)}\n" for one in rows))
    given = {"backend": "apertium", "data_path": modes(desk, "eng-spa", text=text), "processes": 1}
    source = {"path": "dogs.jsonl", "language": "en"}
    desk.build(given, targets=["es"], source=source)
