"""Which language code serves for which."""

from __future__ import annotations

import pytest

from spanferry.translators.parallel.languages import by_closeness, closeness, texts_in


@pytest.mark.parametrize(
    ("code", "wanted", "expected"),
    [
        ("en_US", "en-US", 0),
        ("por", "pt", 0),
        ("iw", "he", 0),
        ("no", "nb", 0),
        ("pt", "pt-BR", 1),
        ("sr", "sr-Latn", 1),
        ("pt-BR", "pt", 2),
        ("EN-us", "en", 2),
        ("zh-CN", "zh-Hans", 2),
        ("pt-PT", "pt", 3),
        ("es-419", "es-MX", 3),
        ("zh-TW", "zh", 3),
        ("zh-TW", "zh-Hans", None),
        ("sr-Cyrl", "sr-Latn", None),
        ("nn", "nb", None),
        ("es", "pt", None),
        ("Portuguese (Brazil)", "pt", None),
        ("x-none", "pt", None),
        ("*all*", "en", None),
        ("", "pt", None),
    ],
)
def test_closeness(code: str, wanted: str, expected: int | None) -> None:
    assert closeness(code, wanted) == expected


def test_the_best_first() -> None:
    codes = ["pt-AO", "pt_PT", "es", "pt", "pt-BR"]
    assert by_closeness(codes, "pt-PT") == ["pt_PT", "pt", "pt-AO", "pt-BR"]
    assert by_closeness(codes, "pt") == ["pt", "pt-BR", "pt-AO", "pt_PT"]
    assert by_closeness(codes, "de") == []


@pytest.mark.parametrize(
    ("value", "texts"),
    [
        ("Um.", ["Um."]),
        ({"en": "One.", "pt-PT": "Um!", "pt": "Um."}, ["Um.", "Um!"]),
        ({"en": "One.", "pt": None}, []),
        ({"language": ["en", "pt", "pt"], "translation": ["One.", "Um.", "Uma."]}, ["Um.", "Uma."]),
        ({"language": "pt", "translation": "Um."}, []),
        ({"language": ["pt"], "translation": None}, []),
        (["Um."], []),
        (None, []),
    ],
)
def test_texts_in_values(value: object, texts: list[str]) -> None:
    assert texts_in(value, "pt") == texts
