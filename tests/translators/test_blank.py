"""Texts of nothing."""

from __future__ import annotations

import pytest

from spanferry.translators.blank import is_blank


@pytest.mark.parametrize(
    ("text", "blank"),
    [
        ("", True),
        (" \t\n\u00a0\u3000\u2028", True),
        ("\u200b", True),
        (" \ufeff\u200d \u2060\u00ad\u200e", True),
        ("a", False),
        ("\u200b.", False),
        ("\u0301", False),
        ("👨\u200d👩", False),
    ],
)
def test_is_blank(text: str, blank: bool) -> None:
    assert is_blank(text) is blank
