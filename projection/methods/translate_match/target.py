"""A translation made ready for phrases to be looked for in it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from spanferry.data.records import Offsets
from spanferry.projection.lexicon import core
from spanferry.projection.methods.translate_match.folding import Folded, fold
from spanferry.projection.methods.translate_match.lemmas import Lemmas
from spanferry.projection.methods.translate_match.windows import Windows

#: How a place equals a phrase, the best first.
Kind = Literal["exact", "folded", "lemma", "fuzzy"]
_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Match:
    """A place of a phrase.

    Args:
        start, end: in characters of the translation.
        kind: how it equals the phrase.
        likeness: 1 but for `fuzzy`: the similarity, from the threshold up.
    """

    start: int
    end: int
    kind: Kind
    likeness: float = 1.0


class Target:
    """A stretch of a translation. What all phrases need is worked out once.

    Args:
        translation: the whole text.
        language: of it, BCP-47.
        words: ranges of its words.
        stretch: where phrases are looked for.
        lemmas: false where there are none.
        fuzzy: least similarity.
    """

    def __init__(
        self,
        translation: str,
        language: str,
        words: Sequence[Offsets],
        stretch: Offsets,
        lemmas: Lemmas,
        fuzzy: float,
    ) -> None:
        self.translation = translation
        self._fuzzy, self._lemmas = fuzzy, lemmas
        self._start, end = stretch
        self._folded: Folded = fold(translation[self._start : end])
        inside = [word for word in words if stretch[0] <= word[0] and word[1] <= stretch[1]]
        self._windows = Windows(translation, language, inside, self._folded, self._start)
        self._forms: list[tuple[str, int, int]] | None = None
        self._known: dict[tuple[str, float], list[Match]] = {}

    def find(self, phrase: str, around: float = 0.0) -> list[Match]:
        """The places of a phrase, each once and of the best kind.

        Args:
            around: the character of the translation near which similar places are wanted; those
                that equal the phrase are found anywhere.
        """
        key = (phrase, around)
        if key not in self._known:
            self._known[key] = self._find(phrase, around)
        return self._known[key]

    def _find(self, phrase: str, around: float) -> list[Match]:
        # marks at the edges of a translation say more of the translator than of the phrase
        wanted = phrase[slice(*core(phrase, 0, len(phrase)))]
        folded = fold(wanted).text
        if not folded.strip():
            return []
        found: dict[Offsets, Match] = {}
        for first, last in self._folded.find(folded):
            start, end = first + self._start, last + self._start
            kind: Kind = "exact" if self.translation[start:end] == wanted else "folded"
            found[start, end] = Match(start, end, kind)
        for start, end in self._with_lemmas(wanted):
            found.setdefault((start, end), Match(start, end, "lemma"))
        if self._fuzzy < 1:
            for start, end, likeness in self._windows.like(wanted, self._fuzzy, around):
                found.setdefault((start, end), Match(start, end, "fuzzy", likeness))
        return list(found.values())

    def _with_lemmas(self, phrase: str) -> list[Offsets]:
        """Where words with the same base forms follow one another."""
        if not self._lemmas:
            return []
        if self._forms is None:
            text, start, end = self.translation, self._start, self._start + self._folded.starts[-1]
            self._forms = [
                (self._lemma(found[0]), found.start(), found.end())
                for found in _WORD.finditer(text, start, end)
            ]
        forms = [self._lemma(word) for word in _WORD.findall(phrase)]
        size = len(forms)
        return [
            (self._forms[k][1], self._forms[k + size - 1][2])
            for k in range(len(self._forms) - size + 1)
            if size and all(self._forms[k + n][0] == form for n, form in enumerate(forms))
        ]

    def _lemma(self, word: str) -> str:
        return fold(self._lemmas.of(word)).text
