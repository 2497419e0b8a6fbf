"""identical_to_source: was the text translated at all?"""

from __future__ import annotations

import re
from collections import Counter

from spanferry.data.records import Span
from spanferry.projection.filters.base import Filter, ScoreInput
from spanferry.projection.filters.length_ratio import is_wide

_WORD = re.compile(r"[^\W\d_]+")
#: Fewer words than this outside the spans say nothing: "Hotel" is spelled alike in many languages.
MIN_WORDS = 2


class IdenticalToSourceFilter(Filter):
    """Share of the letters outside the spans that stand in words found in both texts.

    1.0 when the translation is the source again, whatever its case, white space and word order.
    Names, numbers and punctuation are rightly the same in both, so labelled words do not count,
    and neither do texts with fewer than two words beside them (None): "Ada Lovelace, 1815-1852"
    with a span on the name may stay as it is.

    Args:
        rejected: reject texts with a score of 1.0; otherwise all are accepted.
    """

    name = "identical_to_source"
    column = "score_identical_to_source"
    description = "share of unlabelled letters in words that stayed as they were; rejects 1.0"

    def __init__(self, rejected: bool = True) -> None:
        self.rejected = rejected

    def measure(self, item: ScoreInput) -> float | None:
        source = words(_outside(item.record.text, item.record.spans))
        if len(source) < MIN_WORDS:
            return None
        # with spans missing, labelled words would count on one side only
        if _normal(item.record.text) == _normal(item.translation):
            return 1.0
        ours, theirs = Counter(source), Counter(words(_outside(item.translation, item.projected)))
        return _letters(ours & theirs) / max(_letters(ours), _letters(theirs))

    def passes(self, score: float) -> bool:
        return not self.rejected or score < 1.0

    def rule(self) -> str:
        return "below 1.0" if self.rejected else "off"


def words(text: str) -> list[str]:
    """Runs of letters, case folded; wide characters, written without spaces, each by itself.

    >>> words("Straße 7, 東京")
    ['strasse', '東', '京']
    """
    found: list[str] = []
    for word in _WORD.findall(text):
        if any(map(is_wide, word)):
            found += word
        else:
            found.append(word.casefold())
    return found


def _normal(text: str) -> str:
    return " ".join(text.casefold().split())


def _outside(text: str, spans: tuple[Span, ...]) -> str:
    """The text with the characters of its spans blanked out."""
    characters = list(text)
    for span in spans:
        for start, end in span.ranges():
            characters[start:end] = " " * (end - start)
    return "".join(characters)


def _letters(counts: Counter[str]) -> int:
    return sum(len(word) * count for word, count in counts.items())
