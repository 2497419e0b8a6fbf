"""Spans that cover a part of a word, in corpora where characters are labelled.

`Paris` of `Paris-based`, the stem of a word with clitics, `EU` that becomes `EU-Bürger`: the
counterpart is a part of a word as well, where it can be told which.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence

from spanferry.data.records import Offsets

#: Letters of a part of a piece from which it is found in whatever case.
_LEAST = 3
#: Unicode categories of what is written onto or between letters without parting them.
_JOINED = frozenset({"Mn", "Mc", "Me", "Cf"})


def narrow(
    text: str,
    start: int,
    end: int,
    target_words: Sequence[Offsets],
    *,
    source: str,
    covered: Offsets,
    source_words: Sequence[Offsets],
) -> Offsets:
    """A target range with the words at its edges cut as those of the source span are.

    Args:
        text: the translation; `start` and `end` are the range.
        target_words: ranges of its first and last words (the same one if it has one).
        source: the source text.
        covered: the source span.
        source_words: ranges of the first and the last word that it touches.

    >>> narrow("o EU-Bürger", 2, 11, [(2, 11)] * 2, source="the EU-citizen", covered=(4, 6),
    ...        source_words=[(4, 14)] * 2)
    (2, 4)
    """
    one_source = source_words[0] == source_words[-1]
    one_target = target_words[0] == target_words[-1]
    if one_source and one_target:
        found = _part(text, target_words[0], source, covered, source_words[0])
        if found is None:
            found = _compound(text, target_words[0], source[covered[0] : covered[1]])
        return found if found is not None else (start, end)
    first = _part(text, target_words[0], source, (covered[0], source_words[0][1]), source_words[0])
    last = _part(
        text, target_words[-1], source, (source_words[-1][0], covered[1]), source_words[-1]
    )
    cut_start, cut_end = start, end
    if first is not None and first[1] == target_words[0][1]:
        cut_start = max(start, first[0])
    if last is not None and last[0] == target_words[-1][0]:
        cut_end = min(end, last[1])
    # in one word, the two parts may stand the other way round
    return (cut_start, cut_end) if cut_start < cut_end else (start, end)


def _part(
    text: str, target: Offsets, source: str, covered: Offsets, word: Offsets
) -> Offsets | None:
    """The part of a target word that answers to a part of a source word; None for all of it."""
    before, after = source[word[0] : covered[0]], source[covered[1] : word[1]]
    if not any(char.isalnum() for char in before + after):
        return None
    part, whole = source[covered[0] : covered[1]], text[target[0] : target[1]]
    offset = covered[0] - word[0]
    same = whole[offset : offset + len(part)]
    if same.casefold() == part.casefold():
        return target[0] + offset, target[0] + offset + len(same)
    ours, theirs = list(_pieces(source, *word)), list(_pieces(text, *target))
    spelt = _spelt(whole, part, [(a - target[0], b - target[0]) for a, b in theirs])
    if spelt is not None:
        return target[0] + spelt[0], target[0] + spelt[1]
    # as many pieces between hyphens and the like on both sides: they answer to one another
    inside = [k for k, (first, _) in enumerate(ours) if covered[0] <= first < covered[1]]
    if inside and len(ours) == len(theirs) > 1:
        return theirs[inside[0]][0], theirs[inside[-1]][1]
    return None


def _spelt(word: str, part: str, pieces: Sequence[Offsets]) -> Offsets | None:
    """Where a word has a part that begins or ends one of its pieces: `us` is none of `Russland`."""
    folded, wanted = word.casefold(), part.casefold()  # `ß` becomes two letters
    if len(folded) != len(word):
        return None
    starts, ends = {first for first, _ in pieces}, {last for _, last in pieces}
    places = [k for k in range(len(word)) if folded.startswith(wanted, k)]
    found = [(k, k + len(wanted)) for k in places]
    # a piece of its own, or enough letters that chance did not write them
    whole = [(a, b) for a, b in found if a in starts and b in ends]
    near = [
        (a, b)
        for a, b in found
        if (a in starts or b in ends) and (word[a:b] == part or len(wanted) >= _LEAST)
    ]
    return next(iter(whole or near), None)


def _compound(text: str, target: Offsets, part: str) -> Offsets | None:
    """The piece of a hyphenated word that is the same as a whole source span."""
    pieces = list(_pieces(text, *target))
    if len(pieces) < 2:
        return None
    same = [(first, last) for first, last in pieces if text[first:last] == part]
    return same[0] if len(same) == 1 else None


def _pieces(text: str, start: int, end: int) -> Iterator[Offsets]:
    """Runs of letters and digits; vowel signs, accents and joiners belong to the letter before."""
    first = -1
    for place in range(start, end):
        char = text[place]
        joined = first >= 0 and unicodedata.category(char) in _JOINED
        if char.isalnum() or joined:
            first = place if first < 0 else first
        elif first >= 0:
            yield first, place
            first = -1
    if first >= 0:
        yield first, end
