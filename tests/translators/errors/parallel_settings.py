"""Rows of "parallel" that are about settings: no file is read for most of them."""

from __future__ import annotations

from tests.translators.errors.desk import Desk, Rows

row = Rows("parallel", backend="parallel")
row.builds(
    {
        "neither or both of path and column": {},
        "moses without its source side": {"path": "c.pt", "format": "moses"},
        "a source side with another format": {
            "path": "c.jsonl", "source_path": "c.en", "format": "jsonl",
        },
        "other splits on the two sides": {"path": {"dev": "a"}, "source_path": "b"},
        "two ways to find": {"path": "c.jsonl", "source_field": "en", "id_field": "id"},
        "a key without meaning in the format": {"path": "c.tmx", "unescape": True},
        "an empty name": {"path": " "},
        "no file by split": {"path": {}},
        "an empty name for a split": {"path": {"train": ""}},
        "an empty split": {"path": {"": "c.pt"}},
        "an empty key": {"column": ""},
        "a missing file": {"path": "c.txt"},
        "a missing file without an ending": {"path": "org/corpus"},
        "a missing dataset": {"path": "org/corpus", "format": "datasets"},
    }
)  # fmt: skip


@row("one place for several targets")
def _(desk: Desk) -> None:
    desk.build({"backend": "parallel", "path": "c.pt"}, targets=["pt", "es"])


@row("one column for several targets")
def _(desk: Desk) -> None:
    desk.build({"backend": "parallel", "column": "translation"}, targets=["pt", "es"])


@row("a key without meaning in the format of a file that is found later")
def _(desk: Desk) -> None:
    desk.write("to-pt", "Um.\n")
    desk.build({"backend": "parallel", "path": "to-{target}", "field": "pt"})


@row("a missing file of the source side")
def _(desk: Desk) -> None:
    target = desk.write("c.pt", "Um.\n")
    desk.build({"backend": "parallel", "path": target, "source_path": "c.en"})


@row("a file that cannot be read")
def _(desk: Desk) -> None:
    (desk.folder / "c.txt").mkdir()
    desk.build({"backend": "parallel", "path": "c.txt", "format": "lines"})


@row("no file for a split")
def _(desk: Desk) -> None:
    desk.write("dev.txt", "Um.\n")
    desk.build({"backend": "parallel", "path": {"dev": "dev.txt"}})


@row("one file of lines for several splits")
def _(desk: Desk) -> None:
    desk.write("c.txt", "Um.\nDois.\n")
    source = desk.write_splits("train", "dev")
    desk.build({"backend": "parallel", "path": "c.txt"}, source=source)
