"""Which words become placeholders: names and numbers, in any script, and no other words."""

from __future__ import annotations

import pytest

from spanferry.translators.distil.variation import Varied, masked


@pytest.mark.parametrize("word", ["água", "última", "город", "εδώ"])
def test_a_word_in_small_letters_is_no_name(word: str) -> None:
    pair = Varied(f"Hay {word} ahora", f"Há {word} agora", [])
    assert masked(pair, 0.0) == pair


@pytest.mark.parametrize("word", ["Água", "Ørsted", "Москва", "東京都", "1.5", "٢٠٢٠"])
def test_names_and_numbers_of_any_script(word: str) -> None:
    pair = Varied(f"Hay {word} ahora", f"Há {word} agora", [])
    assert masked(pair, 0.0) == Varied("Hay X1 ahora", "Há X1 agora", [])
