"""A folder of pictures: names that every file system takes, and a page that links them."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spanferry.aligners.pictures.folder import file_names, write_pictures
from spanferry.aligners.pictures.picture import Picture
from spanferry.data.errors import ConfigError
from spanferry.data.links import Link
from tests.aligners.pictures.making import words


@given(
    st.lists(st.one_of(words, st.sampled_from(["a", "A", "con", "..", "a/b", "a\\b", "x" * 300])))
)
def test_names_are_safe_and_different(ids: list[str]) -> None:
    names = file_names(ids)
    assert len({name.lower() for name in names}) == len(ids)
    for name in names:
        assert re.fullmatch(r"[A-Za-z0-9_-][A-Za-z0-9._-]*\.svg", name)
        assert len(name) < 120
        assert name.lower() not in ("con.svg", "aux.svg")


def test_plain_ids_keep_their_names() -> None:
    assert file_names(["enfr-7", "r_1.b"]) == ["enfr-7.svg", "r_1.b.svg"]


class Page(HTMLParser):
    """The links and pictures of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.files: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.files += [given[key] or "" for key in ("href", "src") if key in given]


def test_the_page_shows_every_picture(tmp_path: Path) -> None:
    ids = ["one", "<two> & \x07", "three"]
    drawn = [Picture(name, ["a<b"], ["b\u202e"], [Link(0, 0)]) for name in ids]
    paths = write_pictures(drawn, tmp_path / "new" / "folder")
    text = (tmp_path / "new" / "folder" / "index.html").read_text("utf-8")
    page = Page(text)
    assert set(page.files) == {path.name for path in paths}
    assert all(path.is_file() for path in paths)
    assert "a&lt;b" in text
    assert "\u202e" not in text
    before = {path: path.read_bytes() for path in paths}
    write_pictures(drawn, tmp_path / "new" / "folder")
    assert {path: path.read_bytes() for path in paths} == before


def test_a_file_is_no_folder(tmp_path: Path) -> None:
    (tmp_path / "x").touch()
    with pytest.raises(ConfigError, match="x: is a file"):
        write_pictures([], tmp_path / "x")
