"""When a translation counts as a loop."""

from __future__ import annotations

import pytest

from spanferry.translators.repetition import repeats


@pytest.mark.parametrize(
    ("source", "translation"),
    [
        ("Madam President, I thank you.", "Senhora, o Senhor, o Senhor, o Senhor, o Senhor."),
        ("Go home.", "casa casa casa casa"),
        ("It is so.", "na na na na na na"),
        ("It is very, very good.", "muito, muito, muito, muito, muito bom"),
        (
            "The union acts.",
            "a fim de que a União, como a fim de que a lei, se a fim de que o ato, "
            "por a fim de que a voz, ou a fim de que a paz",
        ),
        ("Nice.", "bo" + "ni" * 20 + "to"),
        ("今日は。", "今日今日今日今日今日"),
    ],
)
def test_loops(source: str, translation: str) -> None:
    assert repeats(source, translation)


@pytest.mark.parametrize(
    ("source", "translation"),
    [
        ("very very very very good", "muito muito muito muito bom"),
        ("re: re: re: re: re: hello", "re: re: re: re: re: re: olá"),
        ("so cute sooooooooo", "bonito sooooooooooooooo"),
        ("no, no, no!", "não, não, não!"),
        ("5 5 5 5 5 5 a", "5 5 5 5 5 5 um"),
        ("A table.", "- - - - - - - - tabela ........................"),
        ("", ""),
        ("Good.", "Bom."),
    ],
)
def test_no_loops(source: str, translation: str) -> None:
    assert not repeats(source, translation)
