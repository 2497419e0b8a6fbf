"""An artificial language pair: English-like sentences and their translation, with word links.

The target language drops articles, puts adjectives after nouns, verbs last and prepositions after
their noun, marks plural and past with suffixes, and spells places in its own way:

    The old farmers did not visit Lisbon. -> Lomaren kiden Lizbona tuso vareta.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass

from tests.models.grammar import Grammar, Part, Token


@dataclass(frozen=True, slots=True)
class Word:
    """A word of a sentence and its place in characters."""

    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Name:
    """A name in both sentences: its kind (PER or LOC) and its characters in each."""

    kind: str
    source: tuple[int, int]
    target: tuple[int, int]


@dataclass(frozen=True, slots=True)
class Pair:
    """A sentence and its translation.

    Args:
        source, target: running text.
        source_words, target_words: their words; punctuation and markers are words too.
        links: (source word, target word), both counted from 0; articles have none.
        names: the names, in the order of the source.
    """

    source: str
    target: str
    source_words: tuple[Word, ...]
    target_words: tuple[Word, ...]
    links: tuple[tuple[int, int], ...]
    names: tuple[Name, ...]


def pairs(count: int, seed: int = 1) -> list[Pair]:
    """The first `count` different pairs of a seed."""
    found: dict[str, Pair] = {}
    for pair in _stream(seed):
        found.setdefault(pair.source, pair)
        if len(found) == count:
            return list(found.values())
    raise AssertionError("the stream never ends")


def split(training: int, held_out: int, seed: int = 1) -> tuple[list[Pair], list[Pair]]:
    """Pairs to train with and pairs to test with; no sentence is in both."""
    held = pairs(held_out, seed=seed + 1_000_003)
    known = {pair.source for pair in held}
    train = [pair for pair in pairs(training + held_out, seed) if pair.source not in known]
    return train[:training], held


def _stream(seed: int) -> Iterator[Pair]:
    grammar = Grammar(random.Random(seed))
    while True:
        yield _pair(grammar.sentences())


def _pair(part: Part) -> Pair:
    source, source_words = _text(part.source)
    target, target_words = _text(part.target)
    links = tuple(
        (i, j)
        for i, left in enumerate(part.source)
        for j, right in enumerate(part.target)
        if left.key == right.key and left.key is not None
    )
    kinds = dict.fromkeys(token.name for token in part.source if token.name)
    names = tuple(
        Name(name[0], _range(name, part.source, source_words),
             _range(name, part.target, target_words))
        for name in kinds
        if name
    )  # fmt: skip
    return Pair(source, target, source_words, target_words, links, names)


def _text(tokens: list[Token]) -> tuple[str, tuple[Word, ...]]:
    text = ""
    words: list[Word] = []
    glued = True
    for token in tokens:
        if not glued and "<" not in token.glue:
            text += " "
        words.append(Word(token.text, len(text), len(text) + len(token.text)))
        text += token.text
        glued = ">" in token.glue
    return text, tuple(words)


def _range(name: tuple[str, int], tokens: list[Token], words: tuple[Word, ...]) -> tuple[int, int]:
    own = [word for token, word in zip(tokens, words, strict=True) if token.name == name]
    return own[0].start, own[-1].end
