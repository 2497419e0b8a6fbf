"""Texts as a small translation model knows them best: plain quotes, and no letters it lacks.

    "Thanks @bob for the show 😀" -> "Thanks X1 for the show"

`keep.py` sees that items survive; here is what `EmbeddedTranslator.fits` counts, and constants.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence
from itertools import count

from spanferry.translators.items import Kind, find_items, fold

#: More items than this in a sentence confuse the model; the sentence is cut at them at once.
MOST_PLACEHOLDERS = 6
_WORD = re.compile(r"[^\W_]+")
#: Words that are shorter without their marks are kept by a placeholder.
SHORTEST_FOLDED = 3
#: Typographic characters and their plain forms, which models know far better: with "It’s" the
#: embedded one writes "Ele é um", with "It's" "É um".
PLAIN = str.maketrans(
    {"’": "'", "‘": "'", "‚": "'", "‛": "'", "′": "'", "`": "'", "´": "'", "“": '"', "”": '"'}
    | {"„": '"', "‟": '"', "«": '"', "»": '"', "″": '"', "‹": "'", "›": "'", "…": "..."}
    | {"‐": "-", "‑": "-", "‒": "-", "–": "-", "―": "-", "−": "-", "—": " - "}
    | {"\u200b": "", "\u2060": "", "\ufeff": "", "\u00ad": ""}
)


def plain(text: str) -> str:
    """The text with typographic quotes, dashes and dots as ASCII, without invisible characters."""
    text = unicodedata.normalize("NFC", text).translate(PLAIN)
    return " ".join(text.split())


def mask(text: str, expressible: Callable[[str], bool]) -> str:
    """A plain text with placeholders for its items, and without pictures at its ends."""
    items = find_items(text, expressible)
    first, last = 0, len(text)
    if items and items[0].kind is Kind.MARK and not text[: items[0].start].strip():
        first = items.pop(0).end
        first += len(text[first:]) - len(text[first:].lstrip())
    if items and items[-1].kind is Kind.MARK and not text[items[-1].end :].strip():
        last = items.pop().start
        last = len(text[:last].rstrip())
    out: list[str] = []
    folded: list[tuple[str, str]] = []
    kept = 0
    place = first
    for item in items:
        word = text[item.start : item.end]
        out.append(text[place : item.start])
        if item.kind is Kind.FOLD and _can_fold(text, word, folded):
            folded.append((fold(word), word))
            out.append(fold(word))
        else:
            out.append(_placeholder(text, kept))
            kept += 1
        place = item.end
    return "".join([*out, text[place:last]])


def _can_fold(text: str, word: str, folded: Sequence[tuple[str, str]]) -> bool:
    """Whether the plain form of a word can only be that word when it comes back.

    Not so for short ones (the translation of "Ø" would take its marks to every Portuguese "o"),
    and where the text holds the plain form as well ("Müller and Muller").
    """
    form = fold(word)
    return (
        len(form) >= SHORTEST_FOLDED
        and form not in _WORD.findall(text)
        and all(word == other for known, other in folded if known == form)
    )


def _placeholder(text: str, number: int) -> str:
    # the first of X1, Q1, Z1, XX1, ... that the text itself does not hold
    words = (f"{letter * times}{number + 1}" for times in count(1) for letter in "XQZ")
    return next(word for word in words if word not in text)
