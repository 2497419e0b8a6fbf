"""Where a mark stands, mended by what the source span is like."""

from __future__ import annotations

import re

_QUOTES = frozenset("\"'“”„‟«»‘’‚‹›「」『』")
_ENDS = frozenset(".!?…。！？")
_PAIRS = dict(zip("([{«“„‘‚「『【《（", ")]}»”“’‘」』】》）", strict=True))
#: Articles and prepositions that lose their vowel before a noun: `l'hôtel`, `d'eau`, `dell'acqua`.
_ELIDED = re.compile(r"[^\W\d_]{1,6}['’]")
_VOWELS = frozenset("aeiouyhàâäéèêëíîïóòôöúùûüæœáAEIOUYHÀÂÄÉÈÊËÍÎÏÓÒÔÖÚÙÛÜÆŒÁ")
_ABBREVIATION = re.compile(r"(?:\w{1,3}\.)+\w{0,3}")


def mend(text: str, start: int, end: int, covered: str) -> tuple[int, int, tuple[str, ...]]:
    """The range of a span, and the names of what was mended.

    Args:
        text: the translation without marks.
        start, end: where the marks stood.
        covered: the source span's text.

    >>> mend("um pessoal, foi", 2, 11, "staff")
    (3, 10, ('blanks_inside', 'punctuation_inside'))
    """
    repairs: list[str] = []
    found = _without_blanks(text, start, end)
    if found != (start, end):
        repairs.append("blanks_inside")
    start, end = found
    if start < end:
        for repair, step in (
            ("article_alone", _take_word),
            ("punctuation_inside", _cut_marks),
            ("punctuation_outside", _take_marks),
            ("article_inside", _cut_article),
        ):
            found = step(text, start, end, covered)
            if found != (start, end):
                repairs.append(repair)
                start, end = found
    return start, end, tuple(repairs)


def _is_mark(character: str) -> bool:
    return not character.isalnum() and not character.isspace()


def _without_blanks(text: str, start: int, end: int) -> tuple[int, int]:
    while start < end and text[start].isspace():
        start += 1
    while start < end and text[end - 1].isspace():
        end -= 1
    return start, end


def _cut_marks(text: str, start: int, end: int, covered: str) -> tuple[int, int]:
    """Without punctuation at an edge where the source span has none."""
    first, last = start, end
    if not _is_mark(covered[0]):
        while first < last and _is_mark(text[first]) and not _needed(text, first, first, last):
            first += 1
    if not _is_mark(covered[-1]):
        while (
            first < last and _is_mark(text[last - 1]) and not _needed(text, last - 1, first, last)
        ):
            last -= 1
    inside = text[first:last].strip()
    if not inside:
        return start, end
    return _without_blanks(text, first, last)


def _needed(text: str, place: int, start: int, end: int) -> bool:
    """Whether a mark at an edge is the words' own: a bracket with its mate inside, `U.S.`, `$5`."""
    mark = text[place]
    inside = text[start:end]
    if mark in _PAIRS:
        return _PAIRS[mark] in inside[1:] and place == start and not inside.endswith(_PAIRS[mark])
    mates = [opening for opening, closing in _PAIRS.items() if closing == mark]
    if mates:
        return any(inside[1:].count(m) > inside[:-1].count(mark) for m in mates)
    if mark == ".":
        word = inside[:-1].rsplit(None, 1)[-1] if inside[:-1].split() else ""
        return _ABBREVIATION.fullmatch(word) is not None
    return mark in "$€£¥%#@+&°*" or (mark in "-–" and text[place + 1 : place + 2].isdigit())


def _take_marks(text: str, start: int, end: int, covered: str) -> tuple[int, int]:
    """With the quotes or brackets, or the full stop, that the source span has and that stand
    just outside."""
    both = covered[0] in _QUOTES or _PAIRS.get(covered[0]) == covered[-1]
    if both and len(covered) > 1 and _is_mark(covered[-1]):
        before, after = text[start - 1 : start], text[end : end + 1]
        inside = _is_mark(text[start]) and _is_mark(text[end - 1])
        same = (before in _QUOTES and after in _QUOTES) or _PAIRS.get(before) == after
        if before and after and same and not inside:
            return start - 1, end + 1
    if covered[-1] in _ENDS and text[end - 1] not in _ENDS and text[end : end + 1] in _ENDS:
        return start, end + 1
    return start, end


def _take_word(text: str, start: int, end: int, covered: str) -> tuple[int, int]:
    """Where only the article of `l'hôtel` is marked, its word instead."""
    if _ELIDED.fullmatch(text[start:end]) and not _ELIDED.fullmatch(covered):
        word = re.match(r"\w+", text[end:])
        if word:
            return start, end + word.end()
    return start, end


def _cut_article(text: str, start: int, end: int, covered: str) -> tuple[int, int]:
    """Without the article of `l'hôtel` where the source span begins with a word of its own.

    Of languages that elide; a source span that begins with an article keeps it.
    """
    elided = _ELIDED.match(text, start, end)
    if elided is None or elided.end() >= end or text[elided.end()] not in _VOWELS:
        return start, end
    if _ELIDED.match(covered) or _ARTICLE.match(covered):
        return start, end
    return elided.end(), end


_ARTICLE = re.compile(
    r"(?:the|an?|of|to|from|le|la|les|un|une|el|los|las|il|lo|gli|una?|o|os|as|der|die|das)\s", re.I
)
