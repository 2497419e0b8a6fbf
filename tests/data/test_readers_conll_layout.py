"""How a CoNLL file's layout is told, and which lines are comments."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from spanferry.data.readers.conll_layout import Layout, detect_layout
from spanferry.data.readers.conll_settings import ConllSettings


def layout(text: str, **settings: Any) -> Layout:
    lines = iter(text.split("\n"))
    return detect_layout(lines, ConllSettings(path="a.conll", **settings), "a.conll")


@pytest.mark.parametrize(
    ("text", "separator", "width", "scheme"),
    [
        ("Ada\tB-PER\nwrote\tO", "tab", 2, "iob2"),
        ("Ada B-PER\nwrote O", "space", 2, "iob2"),
        ("EU NNP I-NP I-ORG\nsaid V I-VP O", "space", 4, "iob1"),
        ("Ada _ _ B-PER\n# id 7\tdomain=en\nwrote _ _ O", "space", 4, "iob2"),
        ("New York\tB-LOC\nhere\tO", "tab", 2, "iob2"),
        ("a\tb\tO\na\tb\tU-X\nragged\tO", "tab", 3, "bilou"),
        ("-DOCSTART-\n\nAda B-PER", "space", 2, "iob2"),
        ("", "space", 0, "iob2"),
    ],
)
def test_detection(text: str, separator: str, width: int, scheme: str) -> None:
    found = layout(text)
    assert (found.separator, found.width, found.scheme) == (separator, width, scheme)


TWO_BY_SPACE = "Ada B-PER\nwrote O\n"
TWO_BY_TAB = "Ada\tB-PER\nwrote\tO\n"
IO = "Ada PER\nwrote O\n"


@pytest.mark.parametrize(
    ("text", "line", "comment"),
    [
        (TWO_BY_TAB, "#\tO", False),
        (TWO_BY_TAB, "#hashtag\tO", False),
        (TWO_BY_TAB, "#", True),
        (TWO_BY_TAB, "# a remark", True),
        (TWO_BY_TAB, "# id = 7", True),
        (TWO_BY_TAB, "# id 7\tdomain=en", True),
        (TWO_BY_TAB, "# 1\tO", False),  # a word with a space in it
        (TWO_BY_SPACE, "# O", False),
        (TWO_BY_SPACE, "# B-PER", False),
        (TWO_BY_SPACE, "#hashtag O", False),
        (TWO_BY_SPACE, "# newdoc", True),
        (TWO_BY_SPACE, "# O O", True),
        (TWO_BY_SPACE, "#begin document", False),  # no space after the mark: a bad word
        ("a B C O\n", "# text = O", True),  # as many columns, but a key and a value
        ("a B C O\n", "# NN B-NP O", False),
        (IO, "# PER", False),
        (IO, "# newdoc", True),  # a label that the file does not have
    ],
)
def test_comments(text: str, line: str, comment: bool) -> None:
    assert layout(text).is_comment(line) is comment


def test_comments_can_be_switched_off_or_marked_otherwise() -> None:
    assert not layout(TWO_BY_TAB, comment=None).is_comment("# id = 7")
    assert layout(TWO_BY_TAB, comment="%%").is_comment("%% id = 7")
    assert not layout(TWO_BY_TAB, comment="%%").is_comment("# id = 7")


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ({"token_column": "word"}, "give `columns` or `header: true`"),
        ({"tag_column": "x", "columns": ["word", "ner"]}, "none of the columns"),
        ({"columns": ["a"], "header": True}, "not both"),
        ({"encoding": "utf-16"}, "only encodings that extend ASCII"),
        ({"encoding": "klingon"}, "unknown"),
        ({"scheme": "bio"}, "'auto', 'iob1', 'iob2'"),
        ({"colums": ["a"]}, "colums"),
    ],
)
def test_settings_that_contradict_themselves(settings: dict[str, Any], says: str) -> None:
    with pytest.raises(ValidationError, match=says):
        ConllSettings(path="a.conll", **settings)
