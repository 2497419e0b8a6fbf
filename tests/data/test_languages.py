"""Language codes: ours, and those of the tools."""

from __future__ import annotations

import pytest

from spanferry.data import languages
from spanferry.data.errors import ConfigError


def test_codes_are_spelt_one_way() -> None:
    assert languages.normalize("PT_br") == "pt-BR"
    assert languages.normalize("eng") == "en"
    with pytest.raises(ConfigError, match="'english' is not a language code"):
        languages.normalize("english")


@pytest.mark.parametrize(
    ("code", "known", "expected"),
    [
        ("ps", ["pbt_Arab"], "pbt_Arab"),
        ("no", ["nno_Latn", "nob_Latn"], "nob_Latn"),
        ("nn", ["nob_Latn"], None),
        ("gl", ["es", "pt"], None),
        ("hr", ["sr-Latn", "bs"], None),
        ("pt", ["pt_XX", "pt"], "pt"),
        ("pt-PT", ["pt_BR", "pt_PT"], "pt_PT"),
        ("zh-Hant", ["zh"], None),
        ("fil", ["tgl_Latn"], "tgl_Latn"),
        ("he", ["heb_Hebr", "he_IL"], "he_IL"),
        ("pt", ["no language", ""], None),
    ],
)
def test_a_tools_code_means_the_same_language(
    code: str, known: list[str], expected: str | None
) -> None:
    assert languages.match(code, known) == expected
    assert languages.match(code, reversed(known)) == expected


def test_near_languages_come_first() -> None:
    found = languages.near("gl", ["zho_Hans", "spa_Latn", "por_Latn", "eng_Latn"], most=2)
    assert found[0] == "spa_Latn"
    assert len(found) == 2


@pytest.mark.parametrize(
    ("code", "one"),
    [("en", True), ("por", True), ("roa", False), ("ROMANCE", False), ("mul", False), ("", False)],
)
def test_groups_are_no_languages(code: str, one: bool) -> None:
    assert languages.is_language(code) is one


def test_names_are_english() -> None:
    assert languages.name("sr-Latn") == "Serbian (Latin)"
