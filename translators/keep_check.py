"""Whether a translation holds every item of its source, each kind by its own rule."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from spanferry.translators.keep_find import Found, Sort, find
from spanferry.translators.keep_numbers import Number, lost, parse

_MARKUP = frozenset({Sort.OPEN, Sort.CLOSE, Sort.LONE})
#: Signs that carry an address on: "x.org" is not in "x.org/a", nor in "www.x.org".
_CARRY_ON = frozenset("/@_-=&%#?+.")


def failures(source: str, items: Sequence[Found], translation: str) -> set[int]:
    """The places, in the list of items, of those that a translation damages.

    - words, code, emoji: as often as in the source, word for word;
    - markup: the same tags in the same nesting, with words inside where the source has words;
    - numbers: see `keep_numbers.lost`;
    - words in plain letters may be translated ("Zürich" -> "Zurique").
    """
    failed: set[int] = set()
    numbers: list[int] = []
    markup = False
    for place, item in enumerate(items):
        word = source[item.start : item.end]
        if item.sort in (Sort.WORD, Sort.MARK):
            if _count(word, source) != _count(word, translation):
                failed.add(place)
        elif item.sort is Sort.CODE:
            if _count(_bare(word), _bare(source)) != _count(_bare(word), _bare(translation)):
                failed.add(place)
        elif item.sort is Sort.NUMBER:
            numbers.append(place)
        elif item.sort is Sort.PREFIX:
            if not translation.lstrip().startswith(word.strip()):
                failed.add(place)
        elif item.sort in _MARKUP:
            markup = True
    if numbers:
        wanted = [number(source, items[place]) for place in numbers]
        failed.update(numbers[place] for place in lost(wanted, translation))
    if markup and _structure(source, items) != _structure(translation, find(translation)):
        failed.update(place for place, item in enumerate(items) if item.sort in _MARKUP)
    return failed


def number(source: str, item: Found) -> Number:
    """What must survive of a number of a text."""
    return parse(source[item.start : item.end], source[item.end : item.end + 6])


def _bare(text: str) -> str:
    """ "COVID-19" and "Covid19" are the same code."""
    return text.casefold().replace("-", "")


def _count(word: str, text: str) -> int:
    """How often a word stands in a text, not as a part of a longer one.

    Letters without blanks between words ("看@bob的") do not count as a longer word.
    """
    count, place = 0, text.find(word)
    while place >= 0:
        end = place + len(word)
        if not _goes_on(word[0], text[:place][-2:][::-1]) and not _goes_on(
            word[-1], text[end : end + 2]
        ):
            count += 1
        place = text.find(word, end)
    return count


def _goes_on(edge: str, outside: str) -> bool:
    if not outside or not _plain_letter(edge):
        return False
    return _plain_letter(outside[0]) or (
        outside[0] in _CARRY_ON and len(outside) > 1 and _plain_letter(outside[1])
    )


def _plain_letter(character: str) -> bool:
    return character.isascii() and character.isalnum()


def _structure(text: str, items: Sequence[Found]) -> object:
    """Pairs of markup with what is round them, single tags, and which cells of a table are full."""
    pairs: Counter[tuple[str, str, bool, str]] = Counter()
    lone: Counter[str] = Counter()
    around: list[str] = []
    for item in items:
        word = text[item.start : item.end]
        if item.sort is Sort.OPEN:
            close = items[item.mate]
            full = any(c.isalnum() for c in text[item.end : close.start])
            pairs[word, text[close.start : close.end], full, around[-1] if around else ""] += 1
            around.append(word)
        elif item.sort is Sort.CLOSE:
            around.pop()
        elif item.sort is Sort.LONE:
            lone[word] += 1
    cells = [bool(cell.strip()) for cell in text.split("|")] if lone["|"] else []
    # halves without a mate are none to `find`
    signs = {word[0] for word, *_ in pairs} & set("*_~")
    signs |= {close for _, close, *_ in pairs if close.startswith("](")}
    return pairs, +lone, cells, {sign: text.count(sign) for sign in signs}
