"""Phrases looked for in a translation."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rapidfuzz import fuzz

from spanferry.projection.methods.translate_match.folding import fold
from spanferry.projection.methods.translate_match.lemmas import Lemmas
from spanferry.projection.methods.translate_match.target import Target
from spanferry.projection.methods.translate_match.windows import (
    MOST_SIMILAR,
    SORTED,
    SPARE,
    WHOLE,
)
from tests.projection.cases import words

NONE = Lemmas("es", "none")
#: Words of random texts and phrases.
TEXT = ["rojo", "casa", "vino", "de", "la", "tinto", "Árbol", "cas", "ros"]
PHRASE = ["rojo", "casa", "vino", "tintos", "arbol", "cosa"]


def target(text: str, fuzzy: float = 0.65, language: str = "es", lemmas: Lemmas = NONE) -> Target:
    return Target(text, language, words(text), (0, len(text)), lemmas, fuzzy)


def places(text: str, phrase: str, **given: float) -> list[tuple[str, str]]:
    found = target(text, **given).find(phrase)  # type: ignore[arg-type]
    return [(text[match.start : match.end], match.kind) for match in found]


def test_every_occurrence_with_how_it_equals() -> None:
    found = places("El vino. Vino blanco, VINO tinto, vinos", "vino", fuzzy=1.0)
    assert found == [("vino", "exact"), ("Vino", "folded"), ("VINO", "folded")]


def test_marks_around_a_phrase_do_not_count() -> None:
    assert places("la «carta» nueva", '"Carta."', fuzzy=1.0) == [("carta", "folded")]
    assert places("a, b", "...") == []


def test_a_phrase_with_an_apostrophe_is_one() -> None:
    assert places("cerca de l'hotel d’antany", "l’hotel d'antany", fuzzy=1.0) == [
        ("l'hotel d’antany", "folded")
    ]


def test_the_stretch_bounds_what_is_found() -> None:
    text = "uno vino. dos vino. tres vino."
    made = Target(text, "es", words(text), (10, 19), NONE, 0.65)
    assert [(match.start, match.end) for match in made.find("vino")] == [(14, 18)]
    assert [(match.start, match.end) for match in made.find("vinos")] == [(14, 18)]


def test_similar_words_and_not_the_first_ones_over_the_threshold() -> None:
    found = target("la porcion y las porciones grandes").find("raciones")
    best = max(found, key=lambda match: match.likeness)
    assert (best.start, best.end, best.kind) == (17, 26, "fuzzy")
    assert len(found) == 2
    assert not target("nada que ver").find("raciones")


def test_content_words_in_another_order() -> None:
    text = "un confit de pato excelente"
    assert ("confit de pato", "fuzzy") in places(text, "pato confit")
    # neither begins nor ends with a stop word that the phrase does not have there
    assert all(not place.startswith(("un ", "de ")) for place, _ in places(text, "pato confit"))


@settings(deadline=None)
@given(
    st.lists(st.sampled_from(TEXT), max_size=12),
    st.lists(st.sampled_from(PHRASE), min_size=1, max_size=3),
    st.sampled_from([0.5, 0.65, 0.8]),
)
def test_similar_places_are_the_best_of_all(
    tokens: list[str], wanted: list[str], least: float
) -> None:
    """By exhaustive search over all runs of words."""
    text, phrase = " ".join(tokens), " ".join(wanted)
    stops = {"de", "la"}
    likeness: dict[tuple[int, int], float] = {}
    ranges = words(text)
    for k, (start, _) in enumerate(ranges):
        for j in range(k, len(ranges)):
            run = tokens[k : j + 1]
            if run[0] in stops or run[-1] in stops:
                continue
            one = fuzz.ratio(fold(phrase).text, fold(" ".join(run)).text) / 100
            if len(wanted) > 1:
                bag = " ".join(sorted(fold(w).text for w in run if w not in stops))
                mine = " ".join(sorted(fold(w).text for w in wanted))
                # what is longer is not looked at
                if len(" ".join(run)) <= len(phrase) * (2 - least) / least + SPARE + 1e-9:
                    one = max(one, SORTED * fuzz.ratio(mine, bag) / 100)
            if one >= least:
                likeness[start, ranges[j][1]] = one
    found = [m for m in target(text, least).find(phrase) if m.kind == "fuzzy"]
    for match in found:
        assert match.likeness >= likeness.get((match.start, match.end), least) - 1e-9
    equal = {(m.start, m.end) for m in target(text, 1.0).find(phrase)}
    missed = set(likeness) - equal - {(m.start, m.end) for m in found}
    if missed:  # only where there are more than are kept
        assert len(found) + len(equal) >= MOST_SIMILAR
        assert max(likeness[m] for m in missed) <= min(m.likeness for m in found) + 1e-9


def test_scripts_without_blanks() -> None:
    text = "東京都 で 人気 の レストラン"
    made = Target(text, "ja", words(text), (0, len(text)), Lemmas("ja", "none"), 0.65)
    assert [text[m.start : m.end] for m in made.find("東京") if m.kind == "exact"] == ["東京"]


def test_other_forms_of_the_same_words() -> None:
    pytest.importorskip("simplemma")
    lemmas = Lemmas("es", "simplemma")
    lemmas.setup()
    text = "Las mejores comidas caseras."
    found = target(text, 1.0, lemmas=lemmas).find("comida casera")
    assert [(text[m.start : m.end], m.kind) for m in found] == [("comidas caseras", "lemma")]


def test_long_texts_are_searched_around_the_place() -> None:
    text = " ".join(["nada"] * 50 + ["porciones"] + ["nada"] * WHOLE * 3 + ["porciones", "nada"])
    made = target(text)
    last = text.rindex("porciones")
    for around, start in ((0.0, text.index("porciones")), (float(last), last)):
        found = [m for m in made.find("raciones", around) if m.kind == "fuzzy"]
        assert [match.start for match in found] == [start]
    assert len(made.find("porciones", 0.0)) == 2


def test_of_many_similar_places_the_nearest_are_kept() -> None:
    text = " ".join(["porciones"] * 3 * MOST_SIMILAR)
    found = target(text).find("porcione", float(len(text)))
    assert max(match.end for match in found) == len(text)


def test_what_is_found_does_not_depend_on_phrases_before() -> None:
    text = "un confit de pato excelente con la salsa de la casa y el vino tinto de la tierra"
    made = target(text)
    made.find("una frase que es mucho mas larga que todas las otras y la salsa de la casa")
    for phrase in ("pato confit", "casa salsa", "vino de tierra"):
        assert made.find(phrase) == target(text).find(phrase)
