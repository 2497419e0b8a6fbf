"""What is read from the answers of a language model."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spanferry.projection.methods.translate_match.asking import question, read_answer
from spanferry.projection.methods.translate_match.settings import EXAMPLES
from tests.projection.cases import pair

FRENCH = "Nous avons dormi à l'hôtel d'antan, près de la gare."


@pytest.mark.parametrize(
    "reply",
    [
        "l'hôtel d'antan",
        "\"l'hôtel d'antan\"",
        "'l'hôtel d'antan'",
        "«l'hôtel d'antan»",
        "“l'hôtel d'antan”.",
        "\n\n  \"l'hôtel d'antan\".\n\nEnglish: The next one",
        "1) 'l'hôtel d'antan'.",
        "1. l'hôtel d'antan.",
        "- l'hôtel d'antan",
        "Answer: l'hôtel d'antan",
        "The words are: \"l'hôtel d'antan\"",
        "'l'hôtel d'antan' is what translates it",
        "\"l'hôtel d'antan\" (the old hotel)",
        '{"answer": "l\'hôtel d\'antan"}',
        '```json\n{"answer": ["l\'hôtel d\'antan"]}\n```',
        "[\"l'hôtel d'antan\"]",
        "**l'hôtel d'antan**",
    ],
)
def test_ways_of_writing_an_answer(reply: str) -> None:
    assert read_answer(reply, FRENCH) == "l'hôtel d'antan"


@pytest.mark.parametrize("reply", ["", "  \n", '""', "...", "{}", '{"a": 1}', "[]"])
def test_no_answer(reply: str) -> None:
    assert read_answer(reply, FRENCH) is None


def test_what_the_translation_has_is_kept_whole() -> None:
    assert read_answer("1. FC Köln", "Der 1. FC Köln hat gewonnen.") == "1. FC Köln"
    assert read_answer('"z.B."', "Obst, z.B. Äpfel") == "z.B."
    assert read_answer('"Bonn."', "Obst aus Bonn, z.B.") == "Bonn"
    # what it does not have is for the fuzzy match
    assert read_answer('"Nueva York."', "en New York") == "Nueva York"


@given(
    st.lists(st.text("abcé '’.-12", min_size=1, max_size=6), min_size=1, max_size=6),
    st.sampled_from(['"{}"', '"{}".', '{{"answer": {}}}', "{}"]),
    st.data(),
)
def test_words_of_the_translation_come_back(
    words: list[str], form: str, data: st.DataObject
) -> None:
    translation = " ".join(" ".join(words).split())
    tokens = translation.split()
    if not tokens:
        return
    first = data.draw(st.integers(0, len(tokens) - 1))
    last = data.draw(st.integers(first, len(tokens) - 1))
    phrase = " ".join(tokens[first : last + 1])
    if not (phrase[0].isalnum() and phrase[-1].isalnum()):
        return
    reply = form.format(json.dumps(phrase) if "answer" in form else phrase)
    assert read_answer(reply, translation) == phrase


def test_the_question() -> None:
    item = pair(
        'She said\n"no" . We ate [the old\nbread] .',
        "Ella dijo no . Comimos el pan duro .",
        "",
        segments=((0, 15, 0, 15), (16, 40, 15, 36)),
    )
    asked = question(item, item.spans[0], EXAMPLES)
    assert asked.endswith(
        "English: We ate the old bread .\nSpanish: Comimos el pan duro .\n"
        'Phrase: "the old bread"\nWords:'
    )
    assert "Ella dijo" not in asked
    assert asked.count("Phrase:") == 3
    assert 'Words: "hôtel d\'antan"' in asked
    for example in EXAMPLES:
        assert example.answer in example.translation
        assert example.phrase in example.text
    assert question(item, item.spans[0], ()).count("Phrase:") == 1
