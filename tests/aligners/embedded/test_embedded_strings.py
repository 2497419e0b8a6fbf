"""Spellings as vectors: names and numbers in any script, exact whatever the company."""

from __future__ import annotations

import random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

pytest.importorskip("anyascii")

from spanferry.aligners.embedded.strings import (
    STRING_SCALE,
    STRING_SIZE,
    features,
    latin_letters,
    string_vectors,
)

LATIN = latin_letters()
#: Each a name in several scripts.
NAMES = [
    ("Putin", "Путин", "Πούτιν", "पुतिन", "푸틴"),
    ("Merkel", "Меркель", "Μέρκελ", "मर्केल", "메르켈"),
    ("Toronto", "Торонто", "Τορόντο", "टोरंटो", "토론토", "トロント"),
    ("Obama", "Обама", "Ομπάμα", "ओबामा", "오바마", "オバマ"),
    ("London", "Лондон", "Λονδίνο", "लंदन", "런던", "ロンドン", "لندن"),
    ("Barcelona", "Барселона", "Βαρκελώνη", "बार्सिलोना", "바르셀로나", "バルセロナ", "برشلونة"),
]


def likeness(one: str, other: str) -> float:
    left, right = string_vectors([one, other], LATIN).astype(float)
    return float(left @ right) / STRING_SCALE**2


def test_names_find_their_own_across_scripts() -> None:
    right = total = 0
    for place, (latin, *others) in enumerate(NAMES):
        for other in others:
            found = [likeness(name[0], other) for name in NAMES]
            right += int(np.argmax(found)) == place
            total += 1
            assert found[place] > 0.1, (latin, other)
    assert right >= total - 1


@pytest.mark.parametrize(
    ("one", "other"),
    [("1,000", "1.000"), ("1843", "١٨٤٣"), ("17", "17."), ("17th", "17"), ("２０２４", "2024"),
     ("https://a.org/x", "https://a.org/x"), ("Ärger", "arger"), ("STRASSE", "straße")],
)  # fmt: skip
def test_equal_spellings(one: str, other: str) -> None:
    assert likeness(one, other) == likeness(one, one) > 0.7


@pytest.mark.parametrize(("one", "other"), [("1843", "1844"), ("17", "170"), ("x", "Haus")])
def test_different_spellings(one: str, other: str) -> None:
    assert likeness(one, other) < 0.25


def test_cognates_lie_between() -> None:
    assert likeness("commission", "commission") > likeness("commission", "comisión") > 0.3
    assert likeness("commission", "table") < 0.15


def test_short_words_count_as_less_alike() -> None:
    assert (
        likeness("a", "a") < likeness("house", "house") < likeness("international", "international")
    )


@given(st.lists(st.text(min_size=1), min_size=1, max_size=8, unique=True), st.randoms())
@settings(max_examples=60, deadline=None)
def test_any_text_has_a_vector_that_company_does_not_change(
    words: list[str], rng: random.Random
) -> None:
    together = string_vectors(words, LATIN)
    assert together.shape == (len(words), STRING_SIZE)
    order = rng.sample(range(len(words)), len(words))
    assert (string_vectors([words[k] for k in order], LATIN) == together[order]).all()
    for word, row in zip(words, together, strict=True):
        assert (string_vectors([word], LATIN)[0] == row).all()
        assert features(word, LATIN)
