"""Runs of words of a translation that are like a phrase, by string similarity."""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from spanferry.data.records import Offsets
from spanferry.projection.lexicon import core, is_mark, is_stop
from spanferry.projection.methods.translate_match.folding import Folded, fold
from spanferry.projection.methods.translate_match.words import words_of

#: Similar places that are kept of one phrase.
MOST_SIMILAR = 8
#: What the likeness of content words in alphabetical order counts beside that of the text as it is.
SORTED = 0.95
#: Characters that stop words between content words may take beyond what is like the phrase in
#: length.
SPARE = 8
#: Words of a text that is searched whole; of longer ones the blocks of half as many words around
#: where the phrase is wanted, so that the time grows with the length and not with its square.
WHOLE = 256


@dataclass(frozen=True, slots=True)
class Window:
    """A run of words of the translation.

    Args:
        text: folded.
        content: its words that are no stop words, in alphabetical order.
        start, end: in characters of the translation.
        opens, closes: whether it begins, or ends, with a stop word.
    """

    text: str
    content: str
    start: int
    end: int
    opens: bool
    closes: bool


class Windows:
    """The runs of words of a stretch of a translation, made when they are first wanted.

    Args:
        words: ranges of the words in the stretch.
        folded: the folded stretch.
        offset: where it begins.
    """

    def __init__(
        self,
        translation: str,
        language: str,
        words: Sequence[Offsets],
        folded: Folded,
        offset: int,
    ) -> None:
        self._language = language
        self._text = folded.text
        # marks neither begin nor end what is like a phrase
        self._words = [
            core(translation, first, last)
            for first, last in words
            if not is_mark(translation[first:last])
        ]
        self._stops = [is_stop(translation, *word, language) for word in self._words]
        # where the folded form of each word begins and ends
        self._places = [
            (
                bisect_left(folded.starts, first - offset),
                bisect_left(folded.ends, last - offset) + 1,
            )
            for first, last in self._words
        ]
        #: by block: the longest, and the windows by length
        self._made: dict[int, tuple[int, list[Window], list[int]]] = {}

    def like(self, phrase: str, least: float, around: float) -> list[tuple[int, int, float]]:
        """The runs that are most like a phrase: start, end, similarity of at least `least`.

        The similarity is 1 - (insertions + deletions) / (both lengths), of folded texts. It is at
        most 2 * min / (a + b) of the lengths, which bounds what is looked at. A run begins, or
        ends, with a stop word only where the phrase does. Several words in another order, or with
        other stop words between them, are found by their content words in alphabetical order.

        Args:
            around: of equally similar ones those nearest to this character are kept.
        """
        from rapidfuzz import fuzz, process

        folded = fold(phrase).text
        words = words_of(phrase, self._language)
        stops = [word.stop for word in words]
        opens, closes = (stops[0], stops[-1]) if words and not all(stops) else (True, True)
        content = [fold(phrase[word.start : word.end]).text for word in words if not word.stop]
        ratio = (2 - least) / least
        some = [
            window
            for window in self._between(len(folded) / ratio, len(folded) * ratio + SPARE, around)
            if (opens or not window.opens) and (closes or not window.closes)
        ]
        if not some:
            return []
        scores = process.cdist(
            [folded],
            [window.text for window in some],
            scorer=fuzz.ratio,
            score_cutoff=100 * least,
            dtype=np.float64,
        )[0]
        if len(content) > 1:
            of_content = process.cdist(
                [" ".join(sorted(content))],
                [window.content for window in some],
                scorer=fuzz.ratio,
                score_cutoff=100 * least / SORTED,
                dtype=np.float64,
            )[0]
            scores = np.maximum(scores, SORTED * of_content)
        away = [max(0.0, window.start - around, around - window.end) for window in some]
        return [
            (some[k].start, some[k].end, float(scores[k]) / 100)
            for k in np.lexsort((away, -scores))[:MOST_SIMILAR]
            if scores[k] >= 100 * least
        ]

    def _between(self, shortest: float, longest: float, around: float) -> Sequence[Window]:
        """The windows of these lengths in folded characters, the shortest first."""
        block = self._block(around)
        most = math.floor(longest + 1e-9)
        if block not in self._made or self._made[block][0] < most:
            found = self._make(block, most)
            self._made[block] = most, found, [len(window.text) for window in found]
        _, windows, lengths = self._made[block]
        low = bisect_left(lengths, math.ceil(shortest - 1e-9))
        return windows[low : bisect_right(lengths, most)]

    def _block(self, around: float) -> int:
        if len(self._words) <= WHOLE:
            return 0
        return bisect_left(self._words, (math.floor(around), 0)) // (WHOLE // 2)

    def _make(self, block: int, longest: int) -> list[Window]:
        half = WHOLE // 2
        first_word, last_word = 0, len(self._words)
        if last_word > WHOLE:
            first_word = max(0, (block - 1) * half)
            last_word = min(last_word, (block + 2) * half)
        found = []
        for k in range(first_word, last_word):
            first = self._places[k][0]
            content: list[str] = []
            for j in range(k, last_word):
                begin, last = self._places[j]
                if last - first > longest:
                    break
                if not self._stops[j]:
                    content.append(self._text[begin:last])
                found.append(
                    Window(
                        self._text[first:last],
                        " ".join(sorted(content)),
                        self._words[k][0],
                        self._words[j][1],
                        self._stops[k],
                        self._stops[j],
                    )
                )
        found.sort(key=lambda window: (len(window.text), window.start))
        return found
