"""Filters of pairs: each reason on real-looking text, and what must hold for any text."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from spanferry.translators.distil.filtering import (
    REASONS,
    Corpus,
    DistilFilter,
    Rules,
    ill_sized,
    lacks_numbers,
    marks,
    measure,
    untranslated,
)

ALL = DistilFilter(min_score=-2.0, numbers=True)
LONG = "The old farmers of the valley did not visit Lisbon again."


@pytest.mark.parametrize(
    ("source", "target", "score", "reason"),
    [
        ("He left.", "Ele partiu.", -0.2, None),
        ("He left.", "Ele partiu.", None, None),
        ("He left.", " ", -0.2, "empty"),
        ("a " * 600, "b " * 600, -0.2, "too_long"),
        (LONG, LONG.upper(), -0.2, "untranslated"),
        ("New York City", "New York City", -0.2, None),
        ("He left.", "Ele partiu.", -2.5, "score"),
        ("He left.", "Ele partiu.", -1.5, "lowest_score"),
        ("He left.", "Ele partiu e nunca mais voltou para a sua casa.", -0.2, "length_ratio"),
        (LONG, "Não.", -0.2, "length_ratio"),
        (
            "Lord, help us in this hour.",
            "Senhor, Senhor, Senhor, Senhor, Senhor",
            0.0,
            "repetition",
        ),
        ("He left (at last).", "Ele partiu (enfim.", -0.2, "marks"),
        ('"No!" she said.', "'Não!' disse ela.", -0.2, "marks"),
        ("It has 1,250 rooms.", "Tem 1.520 quartos.", -0.2, "numbers"),
    ],
)
def test_reasons(source: str, target: str, score: float | None, reason: str | None) -> None:
    rules = Rules(ALL, Corpus(median_ratio=1.1, lowest_score=-1.0))
    assert rules.reason(source, target, score) == reason
    assert reason is None or reason in REASONS


@pytest.mark.parametrize(
    ("setting", "source", "target"),
    [
        ({"max_characters": None}, "a b " * 400, "c d " * 400),
        ({"untranslated": False}, LONG, LONG),
        ({"max_length_ratio": None}, LONG, "Não."),
        ({"repetition": False}, "Oh Lord!", "Oh, oh, oh, oh, oh, oh"),
        ({"marks": False}, "a (b) c", "d e f"),
        ({"numbers": False}, "in 1999", "em noventa e nove"),
    ],
)
def test_each_can_be_switched_off(setting: dict[str, object], source: str, target: str) -> None:
    off = {"repetition": False, "max_length_ratio": None} | setting
    corpus = Corpus(1.0, None)
    assert Rules(DistilFilter.model_validate(off), corpus).reason(source, target, None) is None
    on = DistilFilter(numbers=True, max_length_ratio=2.5)
    assert Rules(on, corpus).reason(source, target, None) is not None


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("„Ja“ (laut)", '"Yes" (loud)'),
        ("«Oui»", "“Yes”"),
        ("「はい」（笑）【注】", '"Yes" (laughs) [note]'),
        ("good :-)", "bom"),
        ("b) the second", "b. o segundo"),
        ("don't", "não"),
    ],
)
def test_marks_that_match(one: str, other: str) -> None:
    assert marks(one) == marks(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [("(a cat)", "um gato)"), ("[x]", "(x)"), ('5" long', "5 de"), ("see:(a)", "a")],
)
def test_marks_that_do_not(one: str, other: str) -> None:
    assert marks(one) != marks(other)


@given(st.text(), st.text())
def test_marks_add_up_and_fold(one: str, other: str) -> None:
    # four letters on both sides of the seam, so that nothing there is a smiley or a list item
    joined = f"xxxx{one}xxxx xxxx{other}x"
    assert marks(joined) == marks(f"xxxx{one}xxxx") + marks(f"xxxx{other}x")
    folded = joined.translate(str.maketrans("（）［］｛｝“”«»", '()[]{}""""'))
    assert marks(folded) == marks(joined)


@pytest.mark.parametrize(
    ("source", "target", "lacks"),
    [
        ("1,000.5 km", "1.000,5 km", False),
        ("12/31/2020", "31.12.2020", False),
        ("10 000 men", "10000 homens", True),
        ("٣ books", "3 livros", False),
        ("twice 5 and 5", "5 apenas", True),
        ("no digits", "com 7", False),
    ],
)
def test_numbers(source: str, target: str, lacks: bool) -> None:
    assert lacks_numbers(source, target) is lacks


@given(st.text(max_size=80), st.floats(1.01, 9), st.floats(0.1, 5))
def test_a_text_of_the_median_length_is_well_sized(text: str, most: float, median: float) -> None:
    target = "x" * round(len(text) * median)
    assert not ill_sized(text, target, most, median)


@given(st.integers(1, 400), st.floats(1.1, 4), st.floats(0.2, 4))
def test_size_is_judged_both_ways(length: int, most: float, median: float) -> None:
    source = "x" * length
    long = "y" * int(length * median * most + 12)
    short = "y" * max(0, int((length - 11) * median / most) - 1)
    assert ill_sized(source, long, most, median)
    if length > 40:
        assert ill_sized(source, short, most, median)


@given(st.text())
def test_a_text_is_untranslated_only_if_it_is_long_enough(text: str) -> None:
    assert untranslated(text, text) is (sum(map(str.isalpha, text.casefold())) >= 20)


@given(st.lists(st.floats(-9, 0, width=32), max_size=60), st.floats(0, 0.9), st.integers(0, 3))
def test_the_lowest_share_is_never_exceeded(scores: list[float], share: float, equal: int) -> None:
    array = np.array([*scores, *scores[:1] * equal], np.float32)
    lowest = measure(np.ones(1), array, share).lowest_score
    dropped = 0 if lowest is None else int((array < lowest).sum())
    assert dropped <= len(array) * share
    if len(set(array.tolist())) == len(array):
        assert dropped == int(len(array) * share)


def test_nothing_to_measure() -> None:
    assert measure(np.empty(0), np.empty(0), 0.5) == Corpus(None, None)


@pytest.mark.parametrize("wrong", [{"drop_lowest": 1}, {"max_length_ratio": 1}, {"min_score": 0.5}])
def test_values_out_of_range_are_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(ValidationError):
        DistilFilter.model_validate(wrong)
