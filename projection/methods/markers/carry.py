"""A phrase of one translation found in another translation of the same text.

Both say the same in one language, so many words are equal, and those between equal ones correspond.

    El *personal del hotel* era muy amable.    ->    La *plantilla del hotel* fue muy amable.
"""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from spanferry.data.markers.strip import NO_BLANKS
from spanferry.data.records import Offsets
from spanferry.projection.lexicon import is_stop

#: Words count as the same from this similarity on; `comida` and `comidas` have 92, `casa` and
#: `caso` 75. This and `UNKNOWN` were set on English-Spanish opinion targets (SemEval 2016, the
#: first 700 pairs of the training part), with Apertium as the translator; the others by hand.
ALIKE = 70.0
#: Windows of the other translation that count as the phrase although no word was aligned.
WINDOW = 70.0
#: What a phrase is worth that was found by its letters alone.
BY_LETTERS = 0.8
#: What a word counts that may be the partner of another but does not resemble it.
UNKNOWN = 0.5
#: What each edge takes at which the texts do not go on alike.
EDGE = 0.15
#: Factor of a word that stands elsewhere in the order.
MOVED = 0.9
#: Pairs of words that are compared at a time; where there are more, the texts have too little in
#: common.
MOST_PAIRS = 10_000
#: Worse counterparts are none; more than so many are not told.
LEAST, MOST = 0.2, 5


@dataclass(frozen=True, slots=True)
class Found:
    """A range of the given translation and how good a counterpart it is, in (0, 1]."""

    start: int
    end: int
    quality: float


class Carrier:
    """Carries phrases from one translation to another.

    Args:
        own: the translation that has the phrases.
        given: the other one.
        language: of both.
    """

    def __init__(self, own: str, given: str, language: str) -> None:
        self._own, self._given, self._language = own, given, language
        self._shift = _shift(own, given)
        self._from, self._to = words(own), words(given)
        self._left = [_plain(own[a:b]) for a, b in self._from]
        self._right = [_plain(given[a:b]) for a, b in self._to]
        self._aligned: dict[int, tuple[int, float]] | None = None

    def carry(self, start: int, end: int) -> list[Found]:
        """The counterparts of a phrase, the best first; none where nothing resembles it."""
        if self._shift is not None:
            return [Found(start + self._shift, end + self._shift, 1.0)]
        inside = [k for k, (a, b) in enumerate(self._from) if a < end and start < b]
        if not inside or not self._to:
            return []
        first, last = inside[0], inside[-1]
        best = self._windows(first, last)
        for i, j, quality in self._by_letters(first, last):
            if quality > best.get((i, j), 0.0):
                best[i, j] = quality
        ranked = sorted(best.items(), key=lambda item: (-item[1], item[0]))
        return [Found(self._to[i][0], self._to[j][1], quality) for (i, j), quality in ranked[:MOST]]

    @property
    def aligned(self) -> dict[int, tuple[int, float]]:
        """Word of the own translation -> word of the given one, and how alike they are."""
        if self._aligned is None:
            self._aligned = _align(self._left, self._right)
        return self._aligned

    def _windows(self, first: int, last: int) -> dict[Offsets, float]:
        """Ranges of the given words, and how good a counterpart each is of words first to last.

        Words that are aligned into the range count in full, and in part so do words without a
        partner on one side that could be those without one on the other; words of the range that
        are aligned to words outside of the phrase count against it. Twice their sum is divided by
        the words of both. A range is the better for each edge at which both texts go on alike.
        """
        inner = {j: alike for k in range(first, last + 1) for j, alike in self._partner(k)}
        outer = {
            j for k, (j, _) in self.aligned.items() if not first <= k <= last and j not in inner
        }
        size = last - first + 1
        near = self._reach(first, last)
        found = {}
        for i in near:
            mass, strange, own = 0.0, 0, 0
            for j in range(i, min(i + 2 * size + 2, len(self._to))):
                own += j in inner
                mass += inner.get(j, 0.0)
                strange += j in outer
                length = j - i + 1
                unknown = UNKNOWN * min(size - own, length - own - strange)
                edges = self._meets(first - 1, i - 1) + self._meets(last + 1, j + 1)
                quality = 2 * (mass + unknown) / (size + length + strange)
                quality *= 1 - EDGE * (2 - edges)
                # where no word tells, both sides must
                if quality > LEAST and (own or edges == 2):
                    found[i, j] = quality
        return found

    def _partner(self, word: int) -> list[tuple[int, float]]:
        return [self.aligned[word]] if word in self.aligned else []

    def _reach(self, first: int, last: int) -> list[int]:
        """Where a counterpart may begin: at aligned words, behind those around the phrase, and at
        the words just before and after these."""
        starts = {j for k in range(first, last + 1) for j, _ in self._partner(k)}
        before = next((k for k in range(first - 1, -1, -1) if k in self.aligned), -1)
        starts.add(self.aligned[before][0] + 1 if before >= 0 else 0)
        after = next((k for k in range(last + 1, len(self._from)) if k in self.aligned), None)
        starts.add(self.aligned[after][0] - 1 if after is not None else len(self._to) - 1)
        size = last - first + 2
        wide = {start + off for start in starts for off in range(-size, size + 1)}
        return sorted(start for start in wide if 0 <= start < len(self._to))

    def _meets(self, own: int, given: int) -> bool:
        """Whether two words correspond; the texts' ends do, and articles without a partner."""
        if own in (-1, len(self._from)) or given in (-1, len(self._to)):
            return own in (-1, len(self._from)) and given in (-1, len(self._to))
        if own in self.aligned:
            return self.aligned[own][0] == given
        return self._is_stop(self._own, self._from[own]) and self._is_stop(
            self._given, self._to[given]
        )

    def _is_stop(self, text: str, word: Offsets) -> bool:
        return is_stop(text, *word, self._language)

    def _by_letters(self, first: int, last: int) -> list[tuple[int, int, float]]:
        """Windows that are written alike, nearest to where the phrase should be."""
        from rapidfuzz.fuzz import ratio

        phrase = " ".join(self._left[first : last + 1])
        size, total = last - first + 1, len(self._to)
        place = (first + last) / 2 / max(1, len(self._from))
        found = []
        for length in range(max(1, size - 1), min(total, size + 2) + 1):
            for i in range(total - length + 1):
                alike = ratio(phrase, " ".join(self._right[i : i + length]), score_cutoff=WINDOW)
                if alike:
                    off = abs((i + (length - 1) / 2) / total - place)
                    found.append((i, i + length - 1, BY_LETTERS * alike / 100 * (1 - off / 2)))
        return sorted(found, key=lambda item: -item[2])[:5]


def words(text: str) -> list[Offsets]:
    """Words without punctuation; each sign of scripts that set no blanks.

    >>> [("l'hôtel 東京"[a:b]) for a, b in words("l'hôtel 東京")]
    ['l', 'hôtel', '東', '京']
    """
    found: list[Offsets] = []
    for match in re.finditer(r"[\w\u0300-\u036f]+", text):
        place = match.start()
        for k in range(*match.span()):
            if NO_BLANKS.match(text[k]):
                found += [(place, k)] if place < k else []
                found.append((k, k + 1))
                place = k + 1
        found += [(place, match.end())] if place < match.end() else []
    return found


def _shift(own: str, given: str) -> int | None:
    """How far equal texts are moved against one another; None for others."""
    if own.strip() != given.strip():
        return None
    return len(given) - len(given.lstrip()) - (len(own) - len(own.lstrip()))


def _plain(word: str) -> str:
    return unicodedata.normalize("NFKC", word).casefold()


def _align(left: Sequence[str], right: Sequence[str]) -> dict[int, tuple[int, float]]:
    """Equal words in the same order first, like ones between them, then equal ones elsewhere."""
    found: dict[int, tuple[int, float]] = {}
    matcher = difflib.SequenceMatcher(None, left, right, autojunk=False)
    for kind, a, b, c, d in matcher.get_opcodes():
        if kind == "equal":
            found.update((k, (k - a + c, 1.0)) for k in range(a, b))
        elif kind == "replace":
            found.update(_like(left, right, (a, b), (c, d)))
    # what moved: the words that are left, each with the one that is most like it
    rest = [k for k in range(len(left)) if k not in found]
    taken = {j for j, _ in found.values()}
    free = [j for j in range(len(right)) if j not in taken]
    if len(rest) * len(free) > MOST_PAIRS:
        return found
    pairs = [(_likeness(left[k], right[j]), k, j) for k in rest for j in free]
    for alike, k, j in sorted(pairs, key=lambda pair: (-pair[0], abs(pair[1] - pair[2]), pair)):
        if alike and k not in found and j not in taken:
            found[k] = (j, MOVED * alike)
            taken.add(j)
    return found


def _like(
    left: Sequence[str], right: Sequence[str], rows: Offsets, columns: Offsets
) -> dict[int, tuple[int, float]]:
    """Words that are written alike, in the same order, so that the sum of likeness is largest."""
    n, m = rows[1] - rows[0], columns[1] - columns[0]
    if n * m > MOST_PAIRS:
        return {}
    best = [[0.0] * (m + 1) for _ in range(n + 1)]
    alike = [
        [_likeness(left[rows[0] + i], right[columns[0] + j]) for j in range(m)] for i in range(n)
    ]
    for i in range(n - 1, -1, -1):
        for j in range(m - 1, -1, -1):
            both = alike[i][j] + best[i + 1][j + 1] if alike[i][j] else 0.0
            best[i][j] = max(best[i + 1][j], best[i][j + 1], both)
    found = {}
    i = j = 0
    while i < n and j < m:
        if alike[i][j] and best[i][j] == alike[i][j] + best[i + 1][j + 1]:
            found[rows[0] + i] = (columns[0] + j, alike[i][j])
            i, j = i + 1, j + 1
        elif best[i][j] == best[i + 1][j]:
            i += 1
        else:
            j += 1
    return found


@lru_cache(65_536)
def _likeness(one: str, other: str) -> float:
    from rapidfuzz.fuzz import ratio

    return ratio(one, other, score_cutoff=ALIKE) / 100
