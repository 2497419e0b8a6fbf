"""What a translation model would damage and must not: addresses, names in nets, foreign letters.

"Thx @bob, see https://x.org 😀" -> "@bob", "https://x.org", "😀"
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

_ADDRESS = re.compile(
    r"(?P<url>(?:https?://|www\.)\S+)"
    r"|(?P<mail>[\w.+-]+@[\w-]+(?:\.[\w-]+)+)"
    r"|(?P<domain>(?<![\w@.])(?:[a-z0-9-]+\.)+(?:com|org|net|edu|gov|io|info|ly|tv)\b(?:/\S*)?)"
    r"|(?P<tag>(?<!\w)[@#]\w+)",
    re.IGNORECASE,
)
#: Punctuation that belongs to the sentence when it stands at the end of an address.
_AFTER_ADDRESS = ".,;:!?\"'“”‘’…"
#: Letters that Unicode does not take apart into a plain letter and a mark.
_FOLDED = str.maketrans(
    {"ł": "l", "Ł": "L", "ø": "o", "Ø": "O", "đ": "d", "Đ": "D", "ß": "ss", "ẞ": "SS", "æ": "ae"}
    | {"Æ": "Ae", "œ": "oe", "Œ": "Oe", "ı": "i", "þ": "th", "Þ": "Th", "ð": "d", "Ð": "D"}
)


class Kind(Enum):
    """How an item is kept.

    `KEEP`: word for word. `MARK`: the same, and it is no part of the grammar (emoji), so that the
    text around it may be translated without it. `FOLD`: a word in Latin letters that the model
    does not know ("Dvořák"); it goes in without its marks ("Dvorak") and gets them back where the
    translation still holds it.
    """

    KEEP = "keep"
    MARK = "mark"
    FOLD = "fold"


@dataclass(frozen=True, slots=True)
class Item:
    """A range of a text that needs care."""

    start: int
    end: int
    kind: Kind


def find_items(text: str, expressible: Callable[[str], bool]) -> list[Item]:
    """The items of a text in order, none overlapping.

    Items that touch are one item, and so are those of one kind with white space between ("😀 😀").

    Args:
        text: one sentence.
        expressible: whether the model's vocabulary has a character; white space is not asked for.
    """
    found: list[Item] = []
    for match in _ADDRESS.finditer(text):
        end = match.end()
        if match["url"] or match["domain"]:
            end = address_end(text, match.start(), end)
        _add(found, text, Item(match.start(), end, Kind.KEEP))
    addresses = iter([*found, Item(len(text), len(text), Kind.KEEP)])
    found = []
    place = 0
    for address in addresses:
        while place < address.start:
            if text[place].isspace() or expressible(text[place]):
                place += 1
                continue
            least = found[-1].end if found else 0
            item = _around(text, place, least, address.start, expressible)
            _add(found, text, item)
            place = item.end
        if address.start < address.end:
            _add(found, text, address)
            place = address.end
    return found


def fold(word: str) -> str:
    """A word in plain letters ("Dvořák" -> "Dvorak"); letters of other scripts stay."""
    plain = unicodedata.normalize("NFKD", word.translate(_FOLDED))
    return unicodedata.normalize("NFC", "".join(c for c in plain if not unicodedata.combining(c)))


def _add(found: list[Item], text: str, item: Item) -> None:
    last = found[-1] if found else None
    if last is None or Kind.FOLD in (last.kind, item.kind):
        found.append(item)
        return
    gap = text[last.end : item.start]
    if not gap or (last.kind is item.kind and gap.isspace()):
        kind = item.kind if last.kind is item.kind else Kind.KEEP
        found[-1] = Item(last.start, item.end, kind)
    else:
        found.append(item)


def address_end(text: str, start: int, end: int) -> int:
    while end > start + 1:
        last = text[end - 1]
        opened = text.count("(", start, end) >= text.count(")", start, end)
        if last not in _AFTER_ADDRESS and not (last == ")" and not opened):
            break
        end -= 1
    return end


def _around(
    text: str, place: int, least: int, most: int, expressible: Callable[[str], bool]
) -> Item:
    """The item that an inexpressible character belongs to, between `least` and `most`.

    A letter takes its word along, a picture only further pictures ("great😀😀"), and another symbol
    the letters and digits that touch it ("€6.50", "C#", "m²").
    """

    def grow(wanted: Callable[[str], bool]) -> tuple[int, int]:
        start, end = place, place + 1
        while start > least and wanted(text[start - 1]):
            start -= 1
        while end < most and wanted(text[end]):
            end += 1
        return start, end

    if _letter(text[place]):
        start, end = grow(_letter)
        folded = fold(text[start:end])
        return Item(start, end, Kind.FOLD if all(map(expressible, folded)) else Kind.KEEP)
    if _picture(text[place]):
        start, end = grow(lambda c: _picture(c) and not expressible(c))
        return Item(start, end, Kind.MARK)
    start, end = grow(lambda c: c.isalnum() or c in ".,_" or not (c.isspace() or expressible(c)))
    while end - 1 > place and text[end - 1] in ".,":
        end -= 1
    while start < place and text[start] in ".,":
        start += 1
    has_name = any(c.isalnum() for c in text[start:end])
    return Item(start, end, Kind.KEEP if has_name else Kind.MARK)


def _letter(character: str) -> bool:
    return character.isalpha() or (
        unicodedata.category(character)[0] == "M" and character != "\ufe0f"
    )


def _picture(character: str) -> bool:
    """Emoji and other symbols, and what joins and colours them."""
    return (
        unicodedata.category(character) in {"So", "Sk", "Cn", "Co", "Cf"}
        or character in "\ufe0e\ufe0f\u20e3"
    )
