"""Rows of "parallel" that are about what the files hold."""

from __future__ import annotations

import gzip
import resource
from typing import Any

from tests.translators.errors.desk import Desk, Rows
from tests.translators.parallel.making import tmx, unit, write_jsonl, write_moses

row = Rows("parallel", backend="parallel")


def read(desk: Desk, name: str, content: str | bytes, **settings: Any) -> None:
    """A build with one file of translations."""
    desk.build({"backend": "parallel", "path": desk.write(name, content), **settings})


def dataset(desk: Desk, columns: dict[str, list[Any]], **settings: Any) -> None:
    """A build with a saved dataset of one split."""
    from datasets import Dataset

    Dataset.from_dict(columns).save_to_disk(str(desk.folder / "saved"))
    desk.build({"backend": "parallel", "path": "saved", **settings})


@row("lines and records that differ in number")
def _(desk: Desk) -> None:
    read(desk, "c.txt", "Um.\n")


@row("two sides that differ in length")
def _(desk: Desk) -> None:
    paths = write_moses(desk.folder, [("One.", "Um.")])
    desk.write("c.en", "One.\nTwo.\n")
    desk.build({"backend": "parallel", **paths})


@row("two sides without a pair")
def _(desk: Desk) -> None:
    desk.build({"backend": "parallel", **write_moses(desk.folder, [("One.", ""), ("", "Dois.")])})


@row("JSONL without the field")
def _(desk: Desk) -> None:
    path = write_jsonl(desk.folder / "c.jsonl", [{"id": "a", "translatoin": "Um."}])
    desk.build({"backend": "parallel", "path": path})


@row("JSONL without objects")
def _(desk: Desk) -> None:
    read(desk, "c.jsonl", "\n")


@row("JSONL without a pair of texts")
def _(desk: Desk) -> None:
    path = write_jsonl(desk.folder / "c.jsonl", [{"en": "One.", "fr": "Un."}])
    desk.build({"backend": "parallel", "path": path, "source_field": "en", "field": "pt"})


@row("JSONL without objects, found by text")
def _(desk: Desk) -> None:
    read(desk, "c.jsonl", "", source_field="en")


@row("a line that is no JSON")
def _(desk: Desk) -> None:
    read(desk, "c.jsonl", '{"id": "a", "text": "Um."}\n{\n')


@row("a line with another JSON value")
def _(desk: Desk) -> None:
    read(desk, "c.jsonl", "[1]\n")


@row("an object without id")
def _(desk: Desk) -> None:
    read(desk, "c.jsonl", '{"text": "Um."}\n')


@row("an id that stands twice")
def _(desk: Desk) -> None:
    read(desk, "c.jsonl", '{"id": "a", "text": "Um."}\n' * 2)


@row("a TMX without the language")
def _(desk: Desk) -> None:
    read(desk, "c.tmx", tmx([unit(("en", "One"), ("de", "Eins"))]))


@row("a TMX that never has both in a unit")
def _(desk: Desk) -> None:
    read(desk, "c.tmx", tmx([unit(("en", "One")), unit(("pt", "Dois"), ("de", "Zwei"))]))


@row("broken TMX")
def _(desk: Desk) -> None:
    read(desk, "c.tmx", tmx([unit(("en", "One"))])[:-9])


@row("an XML file that is no TMX")
def _(desk: Desk) -> None:
    read(desk, "c.tmx", "<xliff>\n</xliff>")


@row("a TMX that declares entities")
def _(desk: Desk) -> None:
    read(desk, "c.tmx", '<!DOCTYPE tmx [\n<!ENTITY lol "lol">\n]><tmx/>')


@row("a TMX with an entity of elsewhere")
def _(desk: Desk) -> None:
    read(desk, "c.tmx", tmx([unit(("en", "a&nbsp;b"))]))


@row("a TMX with a variant of no language")
def _(desk: Desk) -> None:
    read(desk, "c.tmx", tmx(["<tu><tuv><seg>a</seg></tuv></tu>"]))


@row("a broken compressed file")
def _(desk: Desk) -> None:
    read(desk, "c.jsonl.gz", gzip.compress(b'{"id": "a", "text": "Um."}\n' * 99)[:-20])


@row("a full disk while unpacking")
def _(desk: Desk) -> None:
    path = desk.write("c.txt.gz", gzip.compress(b"Um.\n" * 500_000))
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1_000_000, before[1]))  # as if the disk ended there
    try:
        desk.build({"backend": "parallel", "path": path})
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@row("a dataset without a column for the language")
def _(desk: Desk) -> None:
    dataset(desk, {"en": ["One."], "fr": ["Un."]})


@row("a dataset with several such columns")
def _(desk: Desk) -> None:
    both = [{"en": "One.", "pt": "Um."}]
    dataset(desk, {"a": both, "b": both})


@row("a column that the dataset has not")
def _(desk: Desk) -> None:
    dataset(desk, {"en": ["One."], "pt": ["Um."]}, field="pt_PT")


@row("a column without texts")
def _(desk: Desk) -> None:
    dataset(desk, {"en": ["One."], "n": [1]}, field="n")


@row("a column without the language")
def _(desk: Desk) -> None:
    dataset(desk, {"t": [{"en": "One.", "fr": "Un."}]}, field="t")


@row("a dataset without a pair of texts")
def _(desk: Desk) -> None:
    dataset(desk, {"en": ["One.", None], "pt": [None, "Dois."]})


@row("a column of ids that is none")
def _(desk: Desk) -> None:
    dataset(desk, {"key": [0.5], "pt": ["Um."]}, id_field="key")


@row("a row without id")
def _(desk: Desk) -> None:
    dataset(desk, {"key": ["a", None], "pt": ["Um.", "Dois."]}, id_field="key")


@row("an id in two rows")
def _(desk: Desk) -> None:
    dataset(desk, {"key": ["a", "a"], "pt": ["Um.", "Dois."]}, id_field="key")


@row("a split that the dataset has not")
def _(desk: Desk) -> None:
    dataset(desk, {"en": ["One."], "pt": ["Um."]}, split="dev")


@row("a dataset without rows")
def _(desk: Desk) -> None:
    dataset(desk, {"en": [], "pt": []})


@row("ids in a dataset with other splits")
def _(desk: Desk) -> None:
    from datasets import Dataset, DatasetDict

    one = Dataset.from_dict({"key": ["a"], "pt": ["Um."]})
    DatasetDict(dev=one, test=one).save_to_disk(str(desk.folder / "saved"))
    desk.build({"backend": "parallel", "path": "saved", "id_field": "key"})
