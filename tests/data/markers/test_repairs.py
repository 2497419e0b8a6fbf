"""What translators do to marks, case by case, and why a part has no place."""

from __future__ import annotations

import pytest

from spanferry.data.markers.forms import form
from spanferry.data.markers.insert import insert
from spanferry.data.markers.pairing import REASONS, SURE, sureness
from spanferry.data.markers.read import Place, Reading, read

TEXT = "The staff were lovely but the music was loud."
STAFF, MUSIC = (4, 9), (30, 35)


def reading(answer: str, name: str = "xml", language: str = "pt") -> Reading:
    return read(insert(TEXT, [STAFF, MUSIC], form(name)), answer, language)


#: Name of the repair, the form, what came back, the text without marks, the phrase of `staff`.
CASES = [
    ("blanks", "xml", "O < a >pessoal</ a> foi", "O pessoal foi", "pessoal"),
    ("blanks", "xml", "O <a >pessoal< / a> foi", "O pessoal foi", "pessoal"),
    ("blanks", "numbered", "O [ 1 ] pessoal [/ 1] foi", "O pessoal foi", "pessoal"),
    ("blanks", "xml", "O <\u200ba>pessoal<\ufeff/a> foi", "O pessoal foi", "pessoal"),
    ("case", "xml", "O <A>pessoal</A> foi", "O pessoal foi", "pessoal"),
    ("entity", "xml", "O &lt;a&gt;pessoal&lt;/a&gt; foi", "O pessoal foi", "pessoal"),
    ("entity", "xml", "O &amp;lt;a&amp;gt;pessoal&#60;/a&#62; foi", "O pessoal foi", "pessoal"),
    ("full_width", "xml", "O ＜a＞pessoal＜／a＞ foi", "O pessoal foi", "pessoal"),
    ("full_width", "numbered", "O ［１］ pessoal ［/１］ foi", "O pessoal foi", "pessoal"),
    ("doubled", "xml", "O <<a>>pessoal<</a>> foi", "O pessoal foi", "pessoal"),
    ("other_signs", "numbered", "O 【1】 pessoal 【/1】 foi", "O pessoal foi", "pessoal"),
    ("other_signs", "tags", "O <с1>pessoal</с1> foi", "O pessoal foi", "pessoal"),
    ("stray_slash", "xml", "O <a>pessoal<a/> foi", "O pessoal foi", "pessoal"),
    ("half_sign", "xml", "O a>pessoal</a> foi", "O pessoal foi", "pessoal"),
    ("half_sign", "xml", "O <a>pessoal/a> foi", "O pessoal foi", "pessoal"),
    ("half_sign", "xml", "O <a>pessoal</a foi", "O pessoal foi", "pessoal"),
    ("extra_mark", "xml", "O <a>pessoal</a> foi</a>", "O pessoal foi", "pessoal"),
    ("extra_mark", "xml", "O <a></a> <a>pessoal</a> foi", "O pessoal foi", "pessoal"),
    ("translated_key", "xml", "O <um>pessoal</a> foi", "O pessoal foi", "pessoal"),
    ("translated_key", "xml", "O <a>pessoal</um> foi", "O pessoal foi", "pessoal"),
    ("translated_key", "xml", "O <um>pessoal</um> <b>x</b>", "O pessoal x", "pessoal"),
    ("duplicated", "xml", "O <a>o</a> <a>pessoal</a> foi", "O o pessoal foi", "pessoal"),
    ("duplicated", "xml", "<a>Ele</a> foi <a>staff</a>", "Ele foi staff", "staff"),
    ("swapped", "xml", "O </a>pessoal<a> foi", "O pessoal foi", "pessoal"),
    ("open_for_close", "xml", "O <a>pessoal<a> foi", "O pessoal foi", "pessoal"),
    ("close_for_open", "xml", "O </a>pessoal</a> foi", "O pessoal foi", "pessoal"),
    ("lost_close", "xml", "O <a>pessoal, e foi", "O pessoal, e foi", "pessoal"),
    ("lost_open", "xml", "Foi (pessoal</a>) e foi", "Foi (pessoal) e foi", "pessoal"),
    ("glued", "xml", "O<a>pessoal</a>adorou", "O pessoal adorou", "pessoal"),
    ("inside_word", "xml", "Os <a>empregado</a>s foram", "Os empregados foram", "empregados"),
    ("punctuation_inside", "xml", "O <a>pessoal,</a> foi", "O pessoal, foi", "pessoal"),
    ("punctuation_inside", "xml", 'O <a>"pessoal"</a> foi', 'O "pessoal" foi', "pessoal"),
    ("article_inside", "xml", "À <a>l'équipe</a>", "À l'équipe", "équipe"),
    ("article_alone", "xml", "À <a>l'</a>équipe ici", "À l'équipe ici", "équipe"),
    ("blanks_inside", "xml", "O<a> pessoal </a>foi", "O pessoal foi", "pessoal"),
]  # fmt: skip


@pytest.mark.parametrize(("repair", "name", "answer", "text", "phrase"), CASES)
def test_it_is_seen_through_and_counted(
    repair: str, name: str, answer: str, text: str, phrase: str
) -> None:
    found = reading(answer, name)
    place = found.places[0]
    assert isinstance(place, Place), place
    assert found.text == text
    assert found.text[place.start : place.end] == phrase
    if repair not in ("blanks_inside", "article_alone"):  # these leave nothing to be seen
        assert repair in place.repairs
        assert found.repairs()[repair] == 1
    assert place.sure == pytest.approx(sureness(place.repairs))


def test_every_repair_has_a_case() -> None:
    assert {case[0] for case in CASES} | {"punctuation_outside"} == set(SURE)


def test_punctuation_that_was_pushed_out_is_taken_back() -> None:
    text = 'He wrote "Paradise" and left.'
    marked = insert(text, [(9, 19)], form("xml"))
    found = read(marked, 'Escreveu "<a>Paraíso</a>" e saiu.', "pt")
    place = found.places[0]
    assert isinstance(place, Place)
    assert found.text[place.start : place.end] == '"Paraíso"'
    assert "punctuation_outside" in place.repairs
    marked = insert("It rained. We left.", [(0, 10)], form("xml"))
    found = read(marked, "<a>Choveu</a>. Saímos.", "pt")
    place = found.places[0]
    assert isinstance(place, Place)
    assert found.text[place.start : place.end] == "Choveu."


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        ("O pessoal foi", "lost_marker"),
        ("O <a></a> pessoal", "empty_marker"),
        ("O <a>pessoal e muitos outros aqui também foram", "half_marker"),
        ("Eles e muitos outros que vieram</a> foram", "half_marker"),
    ],
)
def test_what_cannot_be_repaired_has_a_reason(answer: str, reason: str) -> None:
    found = reading(answer)
    assert found.places[0] == reason
    assert reason in REASONS
    assert "<" not in found.text


def test_every_reason_has_a_case() -> None:
    assert set(REASONS) == {"lost_marker", "empty_marker", "half_marker"}


def test_what_only_looks_otherwise_costs_no_trust() -> None:
    place = reading("O < A >pessoal&lt;/a&gt; foi").places[0]
    assert isinstance(place, Place)
    assert place.sure == 1.0


def test_marks_of_others_are_no_part_of_a_lone_one() -> None:
    """What lies behind the next mark cannot belong to a span that lost its end."""
    found = reading("O <a>pessoal <b>música</b> era")
    place = found.places[0]
    assert isinstance(place, Place)
    assert found.text[place.start : place.end] == "pessoal"
    assert "lost_close" in place.repairs
