"""What is found in a text, and that ordinary text holds nothing."""

from __future__ import annotations

import time

import pytest

from spanferry.translators.keep_find import Sort, find
from spanferry.translators.keep_patterns import may_have_items

W, N, C, L = Sort.WORD, Sort.NUMBER, Sort.CODE, Sort.LONE
OP, CL, P, M = Sort.OPEN, Sort.CLOSE, Sort.PREFIX, Sort.MARK


def items(text: str) -> list[tuple[str, Sort]]:
    return [(text[i.start : i.end], i.sort) for i in find(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Go to https://x.org/a_(b)?c=d, now.", [("https://x.org/a_(b)?c=d", W)]),
        ("(see www.x.org)", [("www.x.org", W)]),
        ("at shop.example.co.uk or x.org/a.", [("shop.example.co.uk", W), ("x.org/a", W)]),
        ("j.doe@x.co.uk: hi @bob #win", [("j.doe@x.co.uk", W), ("@bob", W), ("#win", W)]),
        ("`a b` and ```c d```", [("`a b`", W), ("```c d```", W)]),
        ("call run() or max_len --dry", [("run()", W), ("max_len", W), ("--dry", W)]),
        ("/usr/bin/x or data.csv", [("/usr/bin/x", W), ("data.csv", W)]),
        ("~/a or C:\\a\\b", [("~/a", W), ("C:\\a\\b", W)]),
        ("{name} {0} {} {{a.b}}", [("{name}", W), ("{0}", W), ("{}", W), ("{{a.b}}", W)]),
        ("${HOME} $HOME [NAME]", [("${HOME}", W), ("$HOME", W), ("[NAME]", W)]),
        ("%s %(n)d %1$s", [("%s", W), ("%(n)d", W), ("%1$s", W)]),
        ("<b>x</b> y<br/> <NAME>", [("<b>", OP), ("</b>", CL), ("<br/>", L), ("<NAME>", L)]),
        ("<p>One.", [("<p>", L)]),
        ("a &amp; b, Caf&eacute;s", [("&amp;", W), ("Caf&eacute;s", W)]),
        ("**a** _b c_", [("**", OP), ("**", CL), ("_", OP), ("_", CL)]),
        ("~~d~~ ***e***", [("~~", OP), ("~~", CL), ("***", OP), ("***", CL)]),
        ("[a b](x.html)", [("[", OP), ("](x.html)", CL)]),
        ("## Title", [("## ", P)]),
        ("1. > one", [("1. > ", P)]),
        ("| a | b |", [("|", L)] * 3),
        ("3.5 kg, 20 °C and 50 %", [("3.5 kg", N), ("20 °C", N), ("50 %", N)]),
        ("$1,000.50 or €6 or 300 000 €", [("$1,000.50", N), ("€6", N), ("300 000 €", N)]),
        ("10:30, 2024-05-01, 120 km/h", [("10:30", N), ("2024-05-01", N), ("120 km/h", N)]),
        ("$5 %(n)d", [("$5", N), ("%(n)d", W)]),
        ("on 9 2006 or 15 1764", [("9", N), ("2006", N), ("15", N), ("1764", N)]),
        ("v1.2.3 COVID-19 H2O 4x4", [("v1.2.3", C), ("COVID-19", C), ("H2O", C), ("4x4", C)]),
        ("+44 20 7946 0958", [("+44 20 7946 0958", N)]),
        ("DE89 3704 0044 0532 0130 00 it", [("DE89 3704 0044 0532 0130 00", W)]),
        ("他在2024年5月用了3.5公斤", [("2024", N), ("5", N), ("3.5", N)]),
        ("请看https://x.org。谢谢", [("https://x.org", W)]),
        ("٢٠ كتابا", [("٢٠", N)]),
        ("good 👍🏽 day", [("👍🏽", M)]),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)  # fmt: skip
def test_find(text: str, expected: list[tuple[str, Sort]]) -> None:
    assert items(text) == expected
    assert may_have_items(text)


@pytest.mark.parametrize(
    "text",
    [
        'Nothing here, nor (there); it\'s a well-known "fact": João’s café – naïve…',
        "He left. It was fine... Was it? Yes!",
        "and/or, either/or",
        "2 * x is not *",
        "one | two",
        "a < b",
        "[sic] (see below) {",
        "Prices are up % and $ are down &c.",
    ],
)
def test_ordinary_text_has_no_markup(text: str) -> None:
    assert [word for word, sort in items(text) if sort is not N] == []


def test_pairs_know_each_other() -> None:
    found = find("<b>a <i>b</i></b> **c**")
    assert [item.mate for item in found] == [3, 2, 1, 0, 5, 4]


def test_letters_that_the_model_lacks() -> None:
    text = "“It’s” <b>北京</b> Dvořák €5"
    found = find(text, lambda c: c.isascii() and c != "<")
    assert [(text[i.start : i.end], i.sort, i.foreign) for i in found] == [
        ("“", Sort.PLAIN, True),
        ("’", Sort.PLAIN, True),
        ("”", Sort.PLAIN, True),
        ("<b>", OP, True),
        ("北京", W, True),
        ("</b>", CL, True),
        ("Dvořák", Sort.FOLD, True),
        ("€5", N, True),
    ]
    assert [found[3].mate, found[5].mate] == [5, 3]


# fmt: off
ODD = [
    "a", "a.", "<a ", "[", "(", "{", "{{", "`", "*", "**a ", "_", "a_", "1 000 ", "1.", "+1 ", "@",
    "/a", "a@", "&", "http", "[a](", "A1-", "%(", "😀", "<b>", "</b>", "\\", "--a",
]
# fmt: on


@pytest.mark.parametrize("unit", [*ODD, "| "])
def test_long_odd_texts_take_no_time(unit: str) -> None:
    text = unit * (4000 // len(unit))
    start = time.perf_counter()
    find(text)
    assert time.perf_counter() - start < 2  # the slowest takes a tenth of that
