"""How marks look, and what of a text would be taken for them."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from spanferry.data.markers.forms import FORMS, Form, Template, fitting, form, letters, pattern
from spanferry.data.markers.insert import insert


def test_letters_go_on_behind_z() -> None:
    found = [letters(n) for n in range(1000)]
    assert len(set(found)) == 1000
    assert found[24:28] == ["y", "z", "aa", "ab"]


@pytest.mark.parametrize("name", FORMS)
@pytest.mark.parametrize("number", [0, 25, 26, 120])
def test_a_form_knows_its_own_marks(name: str, number: int) -> None:
    one = form(name)
    for kind, mark in zip(("open", "close"), one.marks(one.key(number)), strict=True):
        match = pattern(one).fullmatch(mark.strip())
        assert match
        assert match[kind] == mark.strip()


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("plain text", "xml"),
        ("if a < b then", "xml"),
        ("see [12] and [b]", "xml"),
        ("press <b>now</b>", "tags"),
        ("press <b>now</b>, <s1>", "numbered"),
        ("<b> <s1> [3]", "spare"),
        ("<b> <s1> [3] ⟦1⟧ {{1}}", None),
    ],
)
def test_a_text_with_marks_of_its_own_gets_another_form(text: str, name: str | None) -> None:
    found = fitting(form("xml"), text)
    assert (found and found.name) == name
    assert found is None or not found.occurs(text)


def test_brackets_in_the_text_are_no_marks_of_a_keyed_form() -> None:
    found = fitting(form("brackets"), "a [b] c")
    assert found is not None
    assert found.keyed


@pytest.mark.parametrize(
    ("values", "says"),
    [
        ({"open": " ", "close": "]"}, "open: a mark needs a sign of its own"),
        ({"open": "{1}", "close": "]"}, "open: a mark needs a sign of its own"),
        ({"open": "<{1}{a}>", "close": "]"}, "open: one of {a} and {1}, once"),
        ({"open": "span", "close": "end"}, "open: letters alone would be translated"),
        ({"open": "[", "close": "{1}]"}, "close: has a letter or number that open has not"),
    ],
)
def test_templates_that_cannot_work(values: dict[str, str], says: str) -> None:
    with pytest.raises(ValidationError) as error:
        Template.model_validate(values)
    assert says in str(error.value)


def test_a_template_of_the_users_own() -> None:
    one = form(Template(open="⟦{1}:", close="⟧"))
    assert insert("old house", [(4, 9)], one).text == "old ⟦1:house⟧"
    assert not one.keyed  # its end does not tell
    assert form(Template(open='"', close='"')).symmetric


@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_nested_ranges_give_well_formed_xml(data: st.DataObject) -> None:
    text = "one two three four five six"

    def inside(start: int, end: int, deep: int) -> list[tuple[int, int]]:
        if deep == 0 or end - start < 1 or data.draw(st.booleans()):
            return []
        a = data.draw(st.integers(start, end - 1))
        b = data.draw(st.integers(a + 1, end))
        return [(a, b), *inside(a, b, deep - 1), *inside(b, end, deep - 1)]

    ranges = inside(0, len(text), 4)
    marked = insert(text, ranges, form("xml"))
    tree = ElementTree.fromstring(f"<root>{marked.text}</root>")
    assert "".join(tree.itertext()) == text
    by_key = {part.key: part for part in marked.parts}
    for node in tree.iter():
        if node.tag != "root":
            assert "".join(node.itertext()) == by_key[node.tag].covered


def test_at_one_place_the_inner_closes_first_and_the_outer_opens_first() -> None:
    marked = insert("ab cd", [(0, 2), (0, 5), (3, 5), (0, 2)], form("xml"))
    assert marked.text == "<a><b><c>ab</c></b> <d>cd</d></a>"
    assert [part.key for part in marked.parts] == ["b", "a", "d", "c"]
    touching = insert("abcd", [(0, 2), (2, 4)], form("xml"))
    assert touching.text == "<a>ab</a><b>cd</b>"


def test_the_form_is_hashable_and_equal_by_value() -> None:
    assert form("xml") == Form("xml", "<{a}>", "</{a}>")
    assert len({form("xml"), form("xml")}) == 1
