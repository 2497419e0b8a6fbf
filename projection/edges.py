"""Rule 7: from target words to target characters.

A word that came with the corpus may carry more than the span: `sushi.`, `"Purple`, `l'hôtel`.
Edges are cut inside words too; the middle of a span is never touched.
"""

from __future__ import annotations

from spanferry.data.languages import base
from spanferry.data.records import Offsets
from spanferry.projection.lexicon import core, edge_marks, stop_words

#: Opening to closing, for marks that come in pairs.
_PAIRS = dict(zip("([{«“„‘‚「『【《〈（", ")]}»”“’‘」』】》〉）", strict=True))
_APOSTROPHES = "'’"
#: Languages that part endings from names by an apostrophe.
_PARTED = frozenset({"tr"})


def trim(
    text: str,
    start: int,
    end: int,
    *,
    covered: str,
    opens_with_stop: bool,
    language: str,
    first_end: int | None = None,
) -> Offsets:
    """The characters of a target span.

    Args:
        text: the translation.
        start, end: the characters of its words.
        covered: the source span's text.
        opens_with_stop: whether the source span's first word is a stop word.
        language: of the translation.
        first_end: where the first of its words ends. An elided article is cut off inside a word
            only: as a word of its own (`L'`) it was chosen.

    Punctuation stays where the source span has some at the same edge, where it closes or opens a
    bracket inside (`Foo (Bar)`), and where it ends an abbreviation (`U.S.`).
    """
    marks = edge_marks()
    first, last = core(text, start, end)
    if first == start and last == end and text[start] in marks:
        return start, end
    if covered[0] in marks:
        first = start
    else:
        first = _with_bracket_before(text, start, first, last)
        if not opens_with_stop and not (first_end and text[first_end - 1] in _APOSTROPHES):
            first = _without_elision(text, first, last, language)
    if covered[-1] in marks:
        last = end
    elif _is_abbreviation(text, first, last, end):
        last += 1
    else:
        last = _with_bracket_after(text, first, last, end)
    return first, last


def _with_bracket_before(text: str, start: int, first: int, last: int) -> int:
    """`(Foo) Bar` keeps its opening bracket, whose mate lies inside."""
    if first > start and _PAIRS.get(text[first - 1], "\0") in text[first:last]:
        return first - 1
    return first


def _with_bracket_after(text: str, first: int, last: int, end: int) -> int:
    inside = text[first:last]
    if last < end and any(
        closing == text[last] and inside.rfind(opening) > inside.rfind(closing)
        for opening, closing in _PAIRS.items()
    ):
        return last + 1
    return last


def _is_abbreviation(text: str, first: int, last: int, end: int) -> bool:
    """Whether a full stop follows a last word that has another one inside (`z.B.`, `U.S.`)."""
    return last < end and text[last] == "." and "." in text[first:last].rpartition(" ")[2]


def _without_elision(text: str, first: int, last: int, language: str) -> int:
    """`l'hôtel` becomes `hôtel`: what stands before the apostrophe is a stop word."""
    word = text[first:last].partition(" ")[0]
    for apostrophe in _APOSTROPHES:
        head, found, rest = word.partition(apostrophe)
        written = {head.lower() + mark for mark in _APOSTROPHES}
        if found and rest and not written.isdisjoint(stop_words(language)):
            return first + len(head) + 1
    return first


def without_suffix(text: str, start: int, end: int, *, covered: str, language: str) -> Offsets:
    """A Turkish name without the endings that an apostrophe parts from it.

    >>> without_suffix("İzmir'de", 0, 8, covered="Izmir", language="tr")
    (0, 5)
    """
    if base(language) not in _PARTED or _apostrophe(covered):
        return start, end
    place = start + _apostrophe(text[start:end])
    # an ending, not a name (`O'Neill`)
    return (start, place) if place > start and text[place + 1 : end].islower() else (start, end)


def _apostrophe(text: str) -> int:
    """Where the apostrophe in the last word of a text stands; 0 if it has none inside."""
    word = text.rpartition(" ")[2]
    place = max(word.rfind(apostrophe) for apostrophe in _APOSTROPHES)
    return len(text) - len(word) + place if 0 < place < len(word) - 1 else 0
