"""Spans that cover a part of a word, in corpora where characters are labelled.

`Paris` of `Paris-based`, the stem of a word with clitics, `EU` that becomes `EU-Bürger`: the
counterpart is a part of a word as well, where it can be told which.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from spanferry.data.records import Offsets

_PIECES = re.compile(r"[^\W_]+")


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
    if first is not None and first[1] == target_words[0][1]:
        start = max(start, first[0])
    if last is not None and last[0] == target_words[-1][0]:
        end = min(end, last[1])
    return start, end


def _part(
    text: str, target: Offsets, source: str, covered: Offsets, word: Offsets
) -> Offsets | None:
    """The part of a target word that answers to a part of a source word; None for all of it."""
    before, after = source[word[0] : covered[0]], source[covered[1] : word[1]]
    if not any(char.isalnum() for char in before + after):
        return None
    part, whole = source[covered[0] : covered[1]], text[target[0] : target[1]]
    offset = covered[0] - word[0]
    if whole[offset : offset + len(part)].casefold() == part.casefold():
        return target[0] + offset, target[0] + offset + len(part)
    place = whole.casefold().find(part.casefold())
    if place >= 0 and len(whole.casefold()) == len(whole):
        return target[0] + place, target[0] + place + len(part)
    # as many pieces between hyphens and the like on both sides: they answer to one another
    ours, theirs = list(_PIECES.finditer(source, *word)), list(_PIECES.finditer(text, *target))
    inside = [k for k, piece in enumerate(ours) if covered[0] <= piece.start() < covered[1]]
    if inside and len(ours) == len(theirs) > 1:
        return theirs[inside[0]].start(), theirs[inside[-1]].end()
    return None


def _compound(text: str, target: Offsets, part: str) -> Offsets | None:
    """The piece of a hyphenated word that is the same as a whole source span."""
    pieces = list(_PIECES.finditer(text, *target))
    if len(pieces) < 2 or not part.isalnum():
        return None
    same = [piece.span() for piece in pieces if piece.group() == part]
    return same[0] if len(same) == 1 else None
