"""What is known of a word by itself, kept for the words that come again."""

from __future__ import annotations

from functools import cache, lru_cache
from typing import NamedTuple

from spanferry.projection.lexicon import core, edge_marks, is_mark, is_stop

#: Words that are kept with what is known of them, and the longest of these: bounds the memory.
KEPT_WORDS, LONGEST_KEPT = 1 << 16, 60
#: Marks that stand between words more often than between clauses (`sous - comité`).
_JOINERS = frozenset("-'’·・･‧־")


class WordKind(NamedTuple):
    """What is known of a word by itself.

    Args:
        core: the word without marks at its edges.
        stop: a stop word.
        mark: punctuation only.
        begins, ends: with a mark that stands between clauses.
        capital: begins with a capital letter.
    """

    core: str
    stop: bool
    mark: bool
    begins: bool
    ends: bool
    capital: bool


def word_kind(word: str, language: str) -> WordKind:
    """What is known of a word of a language (BCP-47)."""
    return _kept_kind(word, language) if len(word) <= LONGEST_KEPT else _kind(word, language)


def _kind(word: str, language: str) -> WordKind:
    first, last = core(word, 0, len(word))
    bare, marks = word[first:last], _clause_marks()
    return WordKind(
        bare,
        is_stop(word, 0, len(word), language),
        is_mark(word),
        word[:1] in marks,
        word[-1:] in marks,
        word[:1].isupper(),
    )


_kept_kind = lru_cache(KEPT_WORDS)(_kind)


@cache
def _clause_marks() -> frozenset[str]:
    return edge_marks() - _JOINERS
