"""The table of readers, and what they have in common."""

from __future__ import annotations

import subprocess
import sys

import pytest
from pydantic import ValidationError

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


def test_attempt_shows_people_the_whole_path() -> None:
    item = attempt("a:1", lambda: "", lambda: Record("1", ""), at="folder/a:1")
    assert item.error is not None
    assert (item.origin, item.error.origin) == ("a:1", "folder/a:1")


@pytest.mark.parametrize("name", sorted(READERS))
@pytest.mark.parametrize(
    ("given", "code"), [("PT_br", "pt-BR"), ("eng", "en"), ("und", "und"), ("sr-Latn", "sr-Latn")]
)
def test_the_language_is_normalized(name: str, given: str, code: str) -> None:
    settings = backends.load("readers", name, READERS).Settings(path="a", language=given)
    assert settings.language == code


@pytest.mark.parametrize("code", ["klingon", "", "en-", "english please"])
def test_a_wrong_language_is_refused(code: str) -> None:
    for name in READERS:
        with pytest.raises(ValidationError, match="is not a language code; write BCP-47"):
            backends.load("readers", name, READERS).Settings(path="a", language=code)
