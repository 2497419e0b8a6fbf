"""When an item counts as kept."""

from __future__ import annotations

import pytest

from spanferry.translators.keep_check import failures
from spanferry.translators.keep_find import find


def damaged(source: str, translation: str) -> list[str]:
    items = find(source)
    return [
        source[items[n].start : items[n].end] for n in sorted(failures(source, items, translation))
    ]


@pytest.mark.parametrize(
    ("source", "translation"),
    [
        ("See x.org, please.", "Veja x.org."),
        ("Ask @bob", "请问@bob的人"),
        ("It is 1,000.5 long", "Tem 1.000,5"),
        ("It is 1,000.5 long", "Il fait 1 000,5"),
        ("It is 1,000.5 long", "١٬٠٠٠٫٥"),
        ("80,000 people", "80 mil pessoas"),
        ("270,000,000 barrels", "270 milhões de barris"),
        ("$2.5 million", "US$ 2,5 milhões"),
        ("It cost €6", "Custou 6 €"),
        ("50 % of it", "50% disso"),
        ("50 % of it", "٥٠٪"),
        ("20 °C", "20°C"),
        ("5 kg", "5 кг"),
        ("2 dogs", "dos perros"),
        ("the 25th day", "el vigésimo quinto día"),
        ("the 125th day", "CXXV dia"),
        ("the 1980s", "os anos 80"),
        ("at 10:30 pm", "às 22h30"),
        ("at 10:30", "um 10.30 Uhr"),
        ("on 2024-05-01", "em 01/05/2024"),
        ("twelve of 20", "12 de 20"),
        ("COVID-19 kills", "Covid-19 mata"),
        ("<b>a</b> <i>b</i>", "<i>b</i> <b>a</b>"),
        ("**a** b", "b **a**"),
        ("# Good day", "# Bom dia"),
    ],
)
def test_kept(source: str, translation: str) -> None:
    assert damaged(source, translation) == []


@pytest.mark.parametrize(
    ("source", "translation", "lost"),
    [
        ("See x.org", "Veja x.org/a", ["x.org"]),
        ("See x.org", "Veja www.x.org", ["x.org"]),
        ("Ask @bob", "Peça a @bobby", ["@bob"]),
        ("Ask @bob", "Peça a @bob @bob", ["@bob"]),
        ("Dear {name}", "Caro {nome}", ["{name}"]),
        ("84,121 votes", "84.111 votos", ["84,121"]),
        ("80,000 people", "80 pessoas", ["80,000"]),
        ("£370,000", "370.000 euros", ["£370,000"]),
        ("20 and 20", "20", ["20"]),
        ("in 2001", "2001 em 2001", ["2001"]),
        ("3.5 kg of 60", "3,5 de 60 kg", ["3.5 kg"]),
        ("at 10:30 pm", "às 21:30", ["10:30"]),
        ("13 dogs", "treze cães", ["13"]),
        ("v1.2.3 is", "v1.2 é", ["v1.2.3"]),
        ("<b>a</b> c", "<b></b> a c", ["<b>", "</b>"]),
        ("<b>a <i>b</i></b>", "<b>a <i>b</b></i>", ["<b>", "<i>", "</i>", "</b>"]),
        ("<b>a <i>b</i></b>", "<b>a</b> <i>b</i>", ["<b>", "<i>", "</i>", "</b>"]),
        ("**a** b", "** a ** b", ["**", "**"]),
        ("**a** b", "**a** **b", ["**", "**"]),
        ("[a](x.html) b", "[a] (x.html) b", ["[", "](x.html)"]),
        ("| a | b |", "| a b | |", ["|", "|", "|"]),
        ("# Good day", "Bom dia", ["# "]),
    ],
)
def test_damaged(source: str, translation: str, lost: list[str]) -> None:
    assert damaged(source, translation) == lost
