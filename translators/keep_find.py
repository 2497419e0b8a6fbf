"""What a translation must hold as the source does: addresses, code, markup, placeholders, numbers.

"Pay **$5.50** at https://x.org, {name}" -> "**" "$5.50" "**" "https://x.org" "{name}"
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import Enum

from spanferry.translators.items import Kind, address_end, find_items, fold
from spanferry.translators.keep_patterns import ITEM
from spanferry.translators.protect import PLAIN, SHORTEST_FOLDED


class Sort(Enum):
    """What an item is, which says how it is verified and put back.

    `WORD`: word for word (addresses, code, placeholders, entities). `OPEN`, `CLOSE`: markup round
    words. `LONE`: markup that stands by itself (`<br>`, a tag whose mate is in another sentence,
    the bars of a table). `PREFIX`: markup at the start of a line. `NUMBER`: the digits count, see
    `keep_numbers`. `CODE`: letters and digits in one ("COVID-19"), in either case. `MARK`: emoji.
    `FOLD`: a word that goes to the model in plain letters, see `items.Kind`. `PLAIN`: characters
    that the model lacks and that have a plain form ("’"); that form is all that is needed.
    """

    WORD = "word"
    OPEN = "open"
    CLOSE = "close"
    LONE = "lone"
    PREFIX = "prefix"
    NUMBER = "number"
    CODE = "code"
    MARK = "mark"
    FOLD = "fold"
    PLAIN = "plain"


@dataclass(frozen=True, slots=True)
class Found:
    """An item of a text.

    Args:
        start, end: its range.
        sort: what it is.
        foreign: whether the model's vocabulary lacks a character of it.
        mate: for `OPEN` and `CLOSE`, the place of the other half in the list of items.
    """

    start: int
    end: int
    sort: Sort
    foreign: bool = False
    mate: int = -1


_SORTS = {
    "prefix": Sort.PREFIX,
    "pipe": Sort.LONE,
    "emoji": Sort.MARK,
    "serial": Sort.CODE,
    "number": Sort.NUMBER,
}
#: Numbers with letters inside: "4x4", "1Z999AA1".
_MIXED = re.compile(r"\d[\d.,-]*[^\W\d_]+\d")
_TAG = re.compile(r"<(/?)([\w:.-]+)[^>]*?(/?)>", re.DOTALL)


def find(text: str, known: Callable[[str], bool] | None = None) -> list[Found]:
    """The items of one sentence, in order, none overlapping another.

    Args:
        text: one sentence.
        known: whether the model's vocabulary has a character; None: it has all of them.
    """
    pipes = text.count("|") > 1
    items: list[Found] = []
    markup: dict[int, str] = {}
    place = 0
    while match := ITEM.search(text, place):
        start, place = match.span()
        name = match.lastgroup or ""
        if name in ("url", "domain"):
            place = address_end(text, start, place)
        elif name in ("tag", "emphasis", "link_open", "link_close"):
            markup[start] = name
        elif name == "pipe" and not pipes:
            continue
        sort = _SORTS.get(name, Sort.LONE if start in markup else Sort.WORD)
        if sort is Sort.NUMBER and _MIXED.match(match[0]):
            sort = Sort.CODE
        items.append(Found(start, place, sort))
    items = _paired(text, items, markup) if markup else items
    if known is None or all(c.isspace() or known(c) for c in set(text)):
        return items
    return _with_foreign(text, items, known)


def _paired(text: str, items: list[Found], markup: dict[int, str]) -> list[Found]:
    """Items with the halves of markup told apart; emphasis without a mate is no markup."""
    open_ones: list[tuple[str, int]] = []
    mates: dict[int, int] = {}
    for number, item in enumerate(items):
        name = markup.get(item.start, "")
        word = text[item.start : item.end]
        opens = closes = ""
        if name == "link_open":
            opens = "["
        elif name == "link_close":
            closes = "["
        elif name == "emphasis":
            before, after = text[item.start - 1 : item.start], text[item.end : item.end + 1]
            closes = word if before.strip() and not _is_word(after) else ""
            opens = word if after.strip() and not _is_word(before) else ""
        elif tag := _TAG.fullmatch(word):
            slash, tag_name, lone = tag.groups()
            opens = "" if slash or lone else "<" + tag_name
            closes = "<" + tag_name if slash else ""
        mate = next((n for n in reversed(range(len(open_ones))) if open_ones[n][0] == closes), -1)
        # nothing but a tag that has no end (<br>) or emphasis without a mate may lie between
        if closes and mate >= 0 and not any(k == "[" for k, _ in open_ones[mate + 1 :]):
            mates[open_ones[mate][1]] = number
            mates[number] = open_ones[mate][1]
            del open_ones[mate:]
        elif opens:
            open_ones.append((opens, number))
    kept = [
        number
        for number, item in enumerate(items)
        if markup.get(item.start, "tag") not in ("emphasis", "link_open", "link_close")
        or number in mates
    ]
    places = {number: place for place, number in enumerate(kept)}
    return [
        replace(
            items[number],
            sort=Sort.OPEN if mates[number] > number else Sort.CLOSE,
            mate=places[mates[number]],
        )
        if number in mates
        else items[number]
        for number in kept
    ]


def _is_word(character: str) -> bool:
    return character.isalnum()


def _with_foreign(text: str, items: list[Found], known: Callable[[str], bool]) -> list[Found]:
    """Items together with the stretches between them that hold characters the model lacks."""
    places: dict[int, int] = {}
    found: list[Found] = []
    place = 0
    for number, item in enumerate([*items, Found(len(text), len(text), Sort.WORD)]):
        found += _foreign(text, place, item.start, known)
        places[number] = len(found)
        lacking = not all(c.isspace() or known(c) for c in text[item.start : item.end])
        found.append(replace(item, foreign=lacking))
        place = item.end
    return [replace(i, mate=places[i.mate]) if i.mate >= 0 else i for i in found[:-1]]


def _foreign(text: str, start: int, end: int, known: Callable[[str], bool]) -> list[Found]:
    stretch = text[start:end]
    found: list[Found] = []
    for item in find_items(stretch, lambda c: known(c) or c in _PLAIN_FORMS):
        if all(c.isspace() or known(c) for c in stretch[item.start : item.end]):
            continue  # an address that is none to `find`
        word = stretch[item.start : item.end]
        sort = Sort.MARK if item.kind is Kind.MARK else Sort.WORD
        if item.kind is Kind.FOLD:
            sort = Sort.FOLD if _can_fold(text, word) else Sort.WORD
            if all(map(known, unicodedata.normalize("NFC", word))):
                sort = Sort.PLAIN
        found.append(Found(start + item.start, start + item.end, sort, foreign=True))
    covered = [(item.start, item.end) for item in found]
    for number, character in enumerate(stretch, start):
        lacking = character in _PLAIN_FORMS and not character.isspace() and not known(character)
        if lacking and not any(a <= number < b for a, b in covered):
            found.append(Found(number, number + 1, Sort.PLAIN, foreign=True))
    return sorted(found, key=lambda item: item.start)


_PLAIN_FORMS = {chr(code) for code in PLAIN}


def _can_fold(text: str, word: str) -> bool:
    """Whether the plain form of a word can only be that word when it comes back.

    "Müller and Muller", "Müller and Mûller" and short words such as "Ø" cannot.
    """
    form = fold(word)
    others = set(re.findall(r"[^\W\d_]+", text)) - {word}
    return len(form) >= SHORTEST_FOLDED and all(fold(other) != form for other in others)
