"""The table of readers, and what they have in common."""

from __future__ import annotations

import subprocess
import sys

import pytest

from spanferry.data import backends
from spanferry.data.errors import InputError
from spanferry.data.readers import READERS
from spanferry.data.readers.base import Reader, attempt
from spanferry.data.records import Record, Span


@pytest.mark.parametrize("name", sorted(READERS))
def test_every_reader_is_found_by_its_name(name: str) -> None:
    cls = backends.load("readers", name, READERS)
    settings = cls.Settings(path="a")
    assert (settings.reader, settings.language) == (name, "en")
    assert isinstance(cls(settings), Reader)
    assert all(
        field.description for key, field in cls.Settings.model_fields.items() if key != "reader"
    )


def test_settings_need_no_heavy_import() -> None:
    code = (
        "import sys\n"
        "from spanferry.data import backends\n"
        "from spanferry.data.readers import READERS\n"
        "for name in READERS: backends.load('readers', name, READERS)\n"
        "print([m for m in ('datasets', 'pyarrow', 'sacremoses', 'fsspec') if m in sys.modules])\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_attempt_validates() -> None:
    item = attempt(
        "a:1", lambda: "raw \ud800", lambda: Record("1", "x", spans=(Span(0, 2, "A", "s"),))
    )
    assert item.record is None
    assert item.error is not None
    assert (item.error.reason, item.error.origin) == ("bad_offset", "a:1")
    assert item.error.raw == "raw \\ud800"


def test_attempt_keeps_the_nearer_place() -> None:
    def build() -> Record:
        raise InputError("bad_tag", "no", origin="a:3")

    item = attempt("a:1", lambda: "", build)
    assert item.error is not None
    assert (item.origin, item.error.origin) == ("a:1", "a:3")
