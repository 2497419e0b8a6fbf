"""Labels as phrases, and phrases as labels again, in the style that they had."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spanferry.translators.label_names import phrases, rename, words

PT = {
    "Person name": "Nome da pessoa.",
    "Start date": "Data de início",
    "Is part of": "É parte de",
    "HTML page": "Página HTML",
    "Claim": "Alegação",
    "Location": "«Local»",
    "Home town": "cidade natal",
    "Work of art": "Obra de arte",
    "Product": "Produto",
    "Travel": "viagem",
    "Place": "स्थान का नाम",
    "Nothing": "...",
}


@pytest.mark.parametrize(
    ("label", "name"),
    [
        ("person_name", "nome_da_pessoa"),
        ("person-name", "nome-da-pessoa"),
        ("person name", "nome da pessoa"),
        ("PERSON_NAME", "NOME_DA_PESSOA"),
        ("Person_Name", "Nome_Da_Pessoa"),
        ("Person_name", "Nome_da_pessoa"),
        ("PersonName", "NomeDaPessoa"),
        ("startDate", "dataDeInício"),
        ("isPartOf", "éParteDe"),
        ("HTMLPage", "PáginaHTML"),
        ("Claim", "Alegação"),
        ("claim", "alegação"),
        ("PRODUCT", "PRODUTO"),
        ("WORK_OF_ART", "OBRA_DE_ARTE"),
        ("location/home_town", "local/cidade_natal"),
        ("location:PER", "local:PER"),
        ("B2.claim", "B2.alegação"),
        ("travel", "viagem"),
        ("place", "स्थान_का_नाम"),
        ("nothing", "nothing"),
    ],
)
def test_the_style_is_kept(label: str, name: str) -> None:
    assert rename(label, PT) == name


@pytest.mark.parametrize(
    "label", ["PER", "ORG", "MISC", "EVENT", "x", "B2.3", "I18N", "17", "A/B", "", "___", "名"]
)
def test_codes_are_not_translated(label: str) -> None:
    assert phrases(label) == []
    assert rename(label, {}) == label


@given(st.text(min_size=1, max_size=20))
def test_any_label_keeps_a_name(label: str) -> None:
    wanted = phrases(label)
    assert rename(label, dict.fromkeys(wanted, "")) == label
    name = rename(label, dict.fromkeys(wanted, "uma casa"))
    assert name
    assert (name == label) or wanted


@given(st.from_regex(r"[a-z]{2,8}(_[a-z]{2,8}){0,3}", fullmatch=True))
def test_a_label_translated_by_itself_is_itself(label: str) -> None:
    assert rename(label, {phrase: phrase for phrase in phrases(label)}) == label


def test_words_keep_their_marks_and_joiners() -> None:
    assert words("नाम, می‌خواهم!") == ["नाम", "می‌خواهم"]
