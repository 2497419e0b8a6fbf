"""The token cache gives back what it was given, and says what it left out."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spanferry.aligners.base import WordPair
from spanferry.aligners.training.tokens import TokenCache, corpus_digest, split_words

words = st.lists(st.text("abé€😀 \ud800", max_size=4), max_size=6)
corpora = st.lists(st.builds(WordPair, words, words), max_size=8)


def by_letter(given_words: Sequence[str]) -> list[list[int]]:
    """A tokenizer that makes each letter a sub-word, and nothing of blanks."""
    return [[ord(letter) for letter in word if letter != " "] for word in given_words]


@settings(max_examples=40, deadline=None)
@given(corpora, st.integers(1, 12))
def test_all_pairs_are_there_or_counted(pairs: list[WordPair], longest: int) -> None:
    with tempfile.TemporaryDirectory() as name:
        cache = TokenCache.make(iter(pairs), Path(name), by_letter, longest)
        kept, reasons = [], []
        for pair in pairs:
            sides = [split_words(side, by_letter) for side in (pair.source, pair.target)]
            lengths = [len(side.ids) for side in sides]
            if min(lengths) == 0:
                reasons.append("empty_side")
            elif max(lengths) > longest:
                reasons.append("too_long")
            else:
                kept.append((pair, sides))
        assert cache.read == len(pairs)
        assert cache.skipped == {reason: reasons.count(reason) for reason in sorted(set(reasons))}
        assert len(cache) == len(kept)
        assert cache.lengths().tolist() == [[len(side.ids) for side in sides] for _, sides in kept]
        for number, (pair, sides) in enumerate(kept):
            for found, expected, side in zip(
                cache.pair(number), sides, (pair.source, pair.target), strict=True
            ):
                assert found.ids.tolist() == expected.ids.tolist()
                assert found.words.tolist() == expected.words.tolist()
                spelt = [side[k].replace(" ", "") for k in range(len(side))]
                again = ["" for _ in side]
                for letter, word in zip(found.ids.tolist(), found.words.tolist(), strict=True):
                    again[word] += chr(letter)
                assert again == spelt
        assert cache.digest == corpus_digest(pairs)


@pytest.mark.parametrize(
    "other",
    [
        [WordPair(["a b"], ["c"]), WordPair(["d"], ["e"])],
        [WordPair(["a", "b"], ["c"])],
        [WordPair(["a", "b", "c"], []), WordPair(["d"], ["e"])],
        [WordPair(["d"], ["e"]), WordPair(["a", "b"], ["c"])],
    ],
)
def test_other_pairs_have_another_digest(other: list[WordPair]) -> None:
    assert corpus_digest(other) != corpus_digest(
        [WordPair(["a", "b"], ["c"]), WordPair(["d"], ["e"])]
    )


def test_a_cache_that_was_not_finished_is_made_again(tmp_path: Path) -> None:
    TokenCache.make([WordPair(["ab"], ["c"])] * 3, tmp_path, by_letter, 9)
    (tmp_path / "tokens.json").unlink()
    cache = TokenCache.make([WordPair(["d"], ["ef"])], tmp_path, by_letter, 9)
    assert len(cache) == 1
    assert [side.ids.tolist() for side in cache.pair(0)] == [[100], [101, 102]]
