"""The last way out: a text cut at its items, the stretches between translated on their own."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import reduce

from spanferry.translators.base import CharLink, Translation, Usage
from spanferry.translators.keep_check import number
from spanferry.translators.keep_find import Found, Sort
from spanferry.translators.keep_mask import Masked, mask

#: Punctuation that is copied where a stretch begins or ends with it.
_AT_START = ",;:.!?)]}…-–—·/ "
_AT_END = ",;:([{-–—·/ "
_ENDS = (".", "!", "?", "…", "。", "！", "？", ":")


@dataclass(frozen=True, slots=True)
class Stretch:
    """A range of a text that has words.

    Args:
        start, end: the range.
        masked: as it goes to the model, in letters that it knows.
    """

    start: int
    end: int
    masked: Masked


def stretches(text: str, items: Sequence[Found]) -> list[Stretch]:
    """What is to be translated on its own when a text is cut at all its items.

    It is not cut at small numbers and at words that the model gets in plain letters.
    """
    found: list[Stretch] = []
    place = 0
    inside: list[Found] = []
    for item in (*items, Found(len(text), len(text), Sort.WORD)):
        if _stays(text, item):
            inside.append(item)
            continue
        start, end = _peeled(text, place, item.start, final=item.start == len(text))
        if any(c.isalpha() for c in text[start:end]):
            own = [
                replace(i, start=i.start - start, end=i.end - start)
                for i in inside
                if start <= i.start and i.end <= end
            ]
            found.append(Stretch(start, end, mask(text[start:end], own, ())))
        place = item.end
        inside = []
    return found


def weave(
    text: str,
    items: Sequence[Found],
    parts: Sequence[Stretch],
    translations: Sequence[Translation],
) -> Translation:
    """A text with the translations of its stretches, all else as it stands.

    The score is the mean of the parts' scores, weighted by the length of their translations.
    There are links where all parts have them; each item is linked to itself. The first error of a
    part is the error of the whole. Usage is that of the parts.
    """
    usage = reduce(add_usage, (done.usage for done in translations), None)
    out: list[str] = []
    links: list[CharLink] | None = []
    weighted, weight = 0.0, 0
    place = length = 0
    for part, done in zip(parts, translations, strict=True):
        restored = part.masked.unmask(done) if done.text and done.text.strip() else done
        if done.error or done.text is None or restored is None or restored.text is None:
            return Translation(None, error=done.error or "no_translation", usage=usage)
        between = text[place : part.start]
        body, shift = _body(text[part.start : part.end], restored.text)
        if links is not None:
            links += _item_links(items, place, part.start, length)
        length += len(between)
        if restored.links is None:
            links = None
        elif links is not None:
            links += _shifted(restored.links, part.start, length, shift, len(body))
        if restored.score is not None:
            weighted += restored.score * len(body)
            weight += len(body)
        out += [between, body]
        place, length = part.end, length + len(body)
    if parts and not any(body.strip() for body in out[1::2]):
        return Translation("", usage=usage)
    if links is not None:
        links += _item_links(items, place, len(text), length)
    return Translation(
        "".join([*out, text[place:]]),
        weighted / weight if weight else None,
        None if links is None else tuple(links),
        usage=usage,
    )


def add_usage(one: Usage | None, other: Usage | None) -> Usage | None:
    """The sum of what was counted; None where nothing was."""
    return one + other if one is not None and other is not None else one or other


def _stays(text: str, item: Found) -> bool:
    if item.sort in (Sort.FOLD, Sort.PLAIN):
        return True
    return item.sort is Sort.NUMBER and not item.foreign and number(text, item).free


def _peeled(text: str, start: int, end: int, *, final: bool) -> tuple[int, int]:
    """A range without the white space and the punctuation at its ends."""
    while start < end and (text[start].isspace() or (start > 0 and text[start] in _AT_START)):
        start += 1
    while start < end and (text[end - 1].isspace() or (not final and text[end - 1] in _AT_END)):
        end -= 1
    return start, end


def _body(source: str, translation: str) -> tuple[str, int]:
    """A translation without a full stop that its source does not have, and what it lost in front.

    Models end what looks like a sentence: "Please visit" -> "Por favor, visite."
    """
    body = translation.strip()
    if body.endswith(".") and not body.endswith("..") and not source.endswith(_ENDS):
        body = body[:-1].rstrip()
    return body, len(translation) - len(translation.lstrip())


def _item_links(items: Sequence[Found], start: int, end: int, length: int) -> Iterator[CharLink]:
    for item in items:
        if start <= item.start and item.end <= end:
            place = length + item.start - start
            yield item.start, item.end, place, place + item.end - item.start, 1.0


def _shifted(
    links: Sequence[CharLink], start: int, length: int, shift: int, most: int
) -> Iterator[CharLink]:
    for a, b, c, d, score in links:
        c, d = max(c - shift, 0), min(d - shift, most)
        if c < d:
            yield start + a, start + b, length + c, length + d, score
