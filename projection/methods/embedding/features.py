"""What is told of a candidate beside its vector: spelling, links, length."""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Callable, Sequence

import numpy as np

from spanferry.data.backends import require
from spanferry.data.records import Offsets
from spanferry.projection.methods.ngrams import Candidate
from spanferry.projection.methods.proposals import Query
from spanferry.projection.sides import Array

#: Characters of a span or candidate whose spelling is looked at.
LONGEST = 200
#: Words by which the edges of a span's rivals lie apart from its own.
SHIFT = 1


class Spelling:
    """How alike two texts are spelt: 1 less the share of letters to insert or delete (Indel).

    Both are written in Latin letters first, without case and accents.

    Raises:
        MissingExtraError: rapidfuzz or anyascii is not installed.
    """

    def __init__(self, user: str) -> None:
        fuzz = require("rapidfuzz.fuzz", extra="methods", user=user)
        letters = require("anyascii", extra="methods", user=user)
        self._ratio: Callable[[str, str], float] = fuzz.ratio
        self._latin: Callable[[str], str] = letters.anyascii

    def __call__(self, pairs: Sequence[tuple[str, str]]) -> list[float]:
        """The likeness of each pair, 0 to 1; equal pairs are compared once."""
        plain = {text: self._plain(text) for pair in pairs for text in pair}
        found = {
            (one, other): self._ratio(plain[one], plain[other]) / 100
            for one, other in dict.fromkeys(pairs)
        }
        return [found[pair] for pair in pairs]

    def _plain(self, text: str) -> str:
        text = unicodedata.normalize("NFKC", text[:LONGEST]).casefold()
        return text if text.isascii() else self._latin(text).lower()


def coverage(query: Query, places: Sequence[Offsets]) -> tuple[Array, Array]:
    """The shares `inside` and `pure` of each place (`methods/confidence.py`), [places] each."""
    item, span = query.item, query.span
    words = item.target_words
    own, every = np.zeros(len(words) + 1), np.zeros(len(words) + 1)
    for source, target, mass in item.links:
        first, last = item.source_words[source]
        every[target + 1] += mass
        if first < span.end and span.start < last:
            own[target + 1] += mass
    own, every = own.cumsum(), every.cumsum()
    starts = np.array([first for first, _ in words], np.int64)
    ends = np.array([last for _, last in words], np.int64)
    wanted = np.array(places, np.int64).reshape(-1, 2)
    begin = np.searchsorted(ends, wanted[:, 0], side="right")
    behind = np.maximum(np.searchsorted(starts, wanted[:, 1], side="left"), begin)
    both = own[behind] - own[begin]
    arrived = every[behind] - every[begin]
    inside = both / own[-1] if own[-1] > 0 else np.zeros(len(wanted))
    pure = np.divide(both, arrived, out=np.zeros(len(wanted)), where=arrived > 0)
    return inside, pure


def rivals(query: Query) -> list[Offsets]:
    """The stretches of source words that a candidate could rather be the counterpart of.

    They begin and end at most `SHIFT` words from the span's own edges.
    """
    words, span = query.item.source_words, query.span
    inside = [k for k, (a, b) in enumerate(words) if a < span.end and span.start < b]
    if not inside:
        return []
    first, last = inside[0], inside[-1]
    own = (span.start, span.end)
    found = [
        (words[a][0], words[b][1])
        for a in range(max(0, first - SHIFT), min(last + SHIFT, len(words) - 1) + 1)
        for b in range(max(a, last - SHIFT), min(last + SHIFT, len(words) - 1) + 1)
        if (a, b) != (first, last) and a <= first + SHIFT
    ]
    return [place for place in dict.fromkeys(found) if place != own]


def lengths(query: Query, texts: Sequence[str]) -> Array:
    """How different the lengths of the span and of each text are."""
    size = query.span.end - query.span.start + 1
    return np.array([abs(math.log((len(text) + 1) / size)) for text in texts])


def columns(
    query: Query,
    candidates: Sequence[Candidate],
    cosines: tuple[Array, Array],
    strings: Sequence[float],
) -> dict[str, Array]:
    """Everything by name; what counts against a candidate is negative, [candidates] each."""
    inside, pure = coverage(query, [(c.start, c.end) for c in candidates])
    return {
        "cosine": cosines[0],
        "rival": -cosines[1],
        "string": np.array(strings),
        "links": np.array([c.log for c in candidates]),
        "inside": inside,
        "pure": pure,
        "length": -lengths(query, [c.text for c in candidates]),
    }
