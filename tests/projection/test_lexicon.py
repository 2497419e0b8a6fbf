"""What counts as a stop word and as a mark, script by script."""

from __future__ import annotations

import unicodedata

import pytest

from spanferry.projection.edges import trim, without_suffix
from spanferry.projection.lexicon import core, edge_marks, is_stop, stop_words


@pytest.mark.parametrize("mark", [*"。、・，；．［］＂｡", *"،؛؟।॥។။።·―"])
def test_marks_of_all_scripts_are_no_part_of_a_span(mark: str) -> None:
    assert core(f"{mark}x{mark}", 0, 3) == (1, 2)
    start, end = trim(f"寿司{mark}", 0, 3, covered="sushi", opens_with_stop=False, language="ja")
    assert (start, end) == (0, 2)


@pytest.mark.parametrize(
    "char", ["%", "％", "#", "＃", "@", "＆", "$", "٪", "′", "ー", "׳", "་", "ㅋ"]
)
def test_signs_with_a_meaning_stay(char: str) -> None:
    assert char not in edge_marks()
    assert core(f"x{char}", 0, 2) == (0, 2)


@pytest.mark.parametrize("language", ["zh", "ja", "ko", "ar", "ru", "en", "tr", "th", "vi"])
def test_no_stop_word_is_a_mark(language: str) -> None:
    known = stop_words(language)
    assert known
    assert [word for word in known if all(unicodedata.category(c)[0] in "PSZ" for c in word)] == []


@pytest.mark.parametrize(
    ("text", "language", "wanted"),
    [
        ("L'", "it", True),
        ("l’", "fr", True),
        ("'s", "en", True),
        ("’s", "en", True),
        ("the,", "en", True),
        ("bir", "tr", True),
        ("İçin", "tr", True),
        ("을", "ko", True),
        ("오징어", "ko", False),
        ("C", "fr", False),
        ("bir", "xx", False),
    ],
)
def test_stop_words(text: str, language: str, wanted: bool) -> None:
    assert is_stop(text, 0, len(text), language) is wanted


@pytest.mark.parametrize(
    ("text", "covered", "language", "wanted"),
    [
        ("İstanbul'daki", "Istanbul", "tr", "İstanbul"),
        ("Birleşmiş Milletler’e", "United Nations", "tr-TR", "Birleşmiş Milletler"),
        ("O'Neill", "O'Neill", "tr", "O'Neill"),
        ("O'Neill", "ONeill", "tr", "O'Neill"),
        ("McDonald's", "McDonald's", "tr", "McDonald's"),
        ("Türkiye'nin başkenti", "Turkey's capital", "tr", "Türkiye'nin başkenti"),
        ("'Ankara", "Ankara", "tr", "'Ankara"),
        ("п'ять", "five", "uk", "п'ять"),
    ],
)
def test_turkish_endings(text: str, covered: str, language: str, wanted: str) -> None:
    start, end = without_suffix(text, 0, len(text), covered=covered, language=language)
    assert text[start:end] == wanted


def test_an_elided_article_that_is_a_word_was_chosen() -> None:
    text = "l'esercizio regolare"
    for first_end, wanted in ((2, text), (11, "esercizio regolare")):
        start, end = trim(
            text, 0, len(text), covered="regular exercise", opens_with_stop=False, language="it",
            first_end=first_end,
        )  # fmt: skip
        assert text[start:end] == wanted
