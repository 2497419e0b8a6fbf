"""The page: complete, closed, escaped; what the filters go by."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spanferry.data.records import ProjectedSpan
from spanferry.flows.comparing.figures import measure
from spanferry.flows.comparing.page import write_page
from spanferry.flows.comparing.page_text import CONTEXT, Mark, marked, plain
from spanferry.projection.base import Projection
from tests.flows.comparing.small import made, read_cases, result, row, span

#: Elements that have no end tag.
_VOID = {"meta", "br", "input"}


class Page(HTMLParser):
    """Checks that every element is closed; keeps articles, links and texts."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.articles: list[dict[str, str | None]] = []
        self.addresses: list[str | None] = []
        self.texts: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in _VOID:
            self.open.append(tag)
        if tag == "article":
            self.articles.append(dict(attrs))
        self.addresses += [value for name, value in attrs if name in ("src", "href", "action")]

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


def test_the_page_is_whole_and_asks_for_nothing(tmp_path: Path) -> None:
    assert write_page([result(tmp_path)], tmp_path / "out" / "page.html", most=10) == 2
    text = (tmp_path / "out" / "page.html").read_text("utf-8")
    page = Page(text)
    assert page.open == []
    assert page.addresses == []
    assert "http://" not in text.replace("http-equiv", "")
    assert "https://" not in text
    assert "url(" not in text
    assert "default-src 'none'" in text
    shown = " ".join(page.texts)
    assert "small: 2 of 3 spans" in shown
    assert "missing: no_links" in shown
    assert "57.1" in shown


def test_filters_find_what_they_need(tmp_path: Path) -> None:
    write_page([result(tmp_path)], tmp_path / "page.html", most=10)
    text = (tmp_path / "page.html").read_text("utf-8")
    bob, rome = Page(text).articles
    assert bob == {
        "data-set": "0", "data-label": "PER", "data-kind": "some-right", "data-right": "0",
        "data-wrong": "1", "data-missing": "", "data-places": "0 1",
    }  # fmt: skip
    assert (rome["data-kind"], rome["data-wrong"], rome["data-missing"]) == ("all-wrong", "0", "1")
    # what the script asks for is what stands there
    asked = set(re.findall(r'has\(article, key|\["set", "label", "kind"\]', text))
    assert len(asked) == 2
    fields = set(re.findall(r'<select name="(\w+)"', text))
    assert fields == {"label", "kind", "right", "wrong", "missing", "one", "other"}


def test_source_gold_and_places_are_marked(tmp_path: Path) -> None:
    write_page([result(tmp_path)], tmp_path / "page.html", most=10)
    text = (tmp_path / "page.html").read_text("utf-8")
    assert '<mark class="span">Bob</mark>' in text
    # `rash` has `a Bob`, `careful` and gold have `Bob`
    assert (
        '<u class="m1 l1">a </u><u class="m1 l1"><u class="m0 l0"><b class="gold">Bob</b></u></u>'
        in text
    )
    assert 'dir="auto" lang="es"' in text


def test_not_more_than_asked_for(tmp_path: Path) -> None:
    found = result(tmp_path)
    assert write_page([found, found], tmp_path / "page.html", most=1) == 2
    text = (tmp_path / "page.html").read_text("utf-8")
    assert len(Page(text).articles) == 2
    assert text.count("the first 1 are on this page") == 2
    assert 'name="set"' in text


@pytest.mark.parametrize(
    ("target", "language"),
    [("قال <b>أحمد</b> نعم", "ar"), ("東京 に 雨", "ja"), ("a‮b &amp; </script> x", "es")],
)
def test_texts_are_escaped_whatever_they_hold(tmp_path: Path, target: str, language: str) -> None:
    words = target.split()
    tags = " ".join(["O", "B-<i>", *["O"] * (len(words) - 2)])
    line = row(0, ("<script>alert(1)</script> x", "B-<i> O", target, tags, ""))
    line |= {"tgt_lang": language, "id": '"><img src=x>'}
    (tmp_path / "gold.jsonl").write_text(json.dumps(line) + "\n", "utf-8")
    data = read_cases(tmp_path / "gold.jsonl", "<set>")
    place = span(0, len(words[0]), "<i>", "s0", 0.5)
    found = measure(data, [made("<m onload='x'>", [Projection((place,), ())])], resamples=5)
    write_page([found], tmp_path / "page.html", most=5)
    text = (tmp_path / "page.html").read_text("utf-8")
    page = Page(text)
    assert page.open == []
    assert page.articles[0]["data-label"] == "<i>"
    assert text.count("<script>") == 1
    assert "<img" not in text
    assert "‮" not in text  # would turn the text of the page round
    assert f'lang="{language}"' in text
    assert "".join(page.texts).count(words[-1]) >= 1


def test_a_long_text_is_cut_around_its_marks() -> None:
    text = "word " * 1000 + "HERE " + "more " * 1000
    shown = marked(text, [Mark(((5000, 5004),), "u", "m0")])
    assert '<u class="m0">HERE</u>' in shown
    assert shown.startswith("… ")
    assert shown.endswith(" …")
    assert len(shown) < 3 * CONTEXT


def test_fragments_are_marked_one_by_one() -> None:
    found = ProjectedSpan(0, 5, "X", fragments=((0, 1), (4, 5)))
    shown = marked("a b c", [Mark(found.ranges(), "u", "m0")])
    assert shown == '<u class="m0">a</u> b <u class="m0">c</u>'


@given(
    st.text(
        st.characters(categories=("L", "N", "P", "S", "Mn")) | st.sampled_from(" \n"), max_size=60
    ),
    st.lists(st.tuples(st.integers(0, 60), st.integers(0, 60)), max_size=5),
)
def test_marks_change_no_text(text: str, ends: list[tuple[int, int]]) -> None:
    ranges = [sorted(min(end, len(text)) for end in pair) for pair in ends]
    marks = [Mark(((a, b),), "u", f"m{k}") for k, (a, b) in enumerate(ranges) if a < b]
    page = Page(marked(text, marks))
    assert page.open == []
    assert "".join(page.texts) == text


def test_what_a_browser_would_obey_becomes_a_sign() -> None:
    assert plain("a\u202eb\x00 <c>\n") == "a‹202E›b‹0000› &lt;c&gt;\n"
