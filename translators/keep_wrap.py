"""Markup put round its words again: the text is translated without it, and the words are found.

    "Press the <b>red button</b>" -> "Press the red button", "red button"
    -> "Pressione o botão vermelho", "botão vermelho" -> "Pressione o <b>botão vermelho</b>"

A model may order words anew, and placeholders for markup then stand in the wrong places
("botão <b>vermelho</b>"). The words are found by the model's links where it gives them, else by
their own translation. Where that does not tell, this way is closed and another is taken.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from spanferry.data.records import Offsets
from spanferry.translators.base import CharLink, Translation
from spanferry.translators.edits import Edits
from spanferry.translators.keep_find import Found, Sort, find
from spanferry.translators.keep_mask import Masked, mask


@dataclass(frozen=True, slots=True)
class _Content:
    """What a pair of markup is round: its items in the list, and its words for the model.

    Args:
        open, close: places in the list of items.
        masked: None where there is nothing to translate inside.
    """

    open: int
    close: int
    masked: Masked | None


@dataclass(frozen=True, slots=True)
class Bare:
    """A text without the markup round words, as it goes to the model.

    Args:
        whole: the text.
        contents: what was in the markup.
        requests: what the model has to translate for it: the text, then contents if they are asked
            for.
    """

    whole: Masked
    contents: tuple[_Content, ...]
    requests: tuple[str, ...]


def unwrap(
    text: str, items: Sequence[Found], wanted: Collection[int], *, linked: bool
) -> Bare | None:
    """Take the markup off that is round words; None where there is none, or taking it off glues.

    Args:
        wanted: places of the items to be hidden, as for `mask`.
        linked: whether the model gives links; then contents need no translation of their own.
    """
    if not any(item.sort is Sort.OPEN for item in items):
        return None
    whole = mask(text, items, wanted, attempt=1, peel=True)
    contents: list[_Content] = []
    for place in range(whole.inner[0], whole.inner[1] + 1):
        item = items[place]
        if item.sort not in (Sort.OPEN, Sort.CLOSE):
            continue
        around = text[item.start - 1 : item.start] + text[item.end : item.end + 1]
        if item.start > 0 and len(around) == 2 and around.isalnum():
            return None
        if item.sort is Sort.OPEN:
            contents.append(_content(text, items, wanted, place))
    if not contents:
        return None
    asked = () if linked else tuple(c.masked.edits.text for c in contents if c.masked is not None)
    return Bare(whole, tuple(contents), (whole.edits.text, *asked))


def wrap(
    text: str, items: Sequence[Found], bare: Bare, translations: Sequence[Translation]
) -> Translation | None:
    """The translation with its markup; None where the words are not found without doubt.

    Args:
        translations: those of `bare.requests`.
    """
    if any(t.error or not t.text for t in translations):
        return None
    whole = bare.whole.unmask(translations[0])
    if whole is None or not whole.text:
        return None
    apart = iter(translations[1:])
    inserts: list[tuple[int, int, int, str]] = []
    for content in bare.contents:
        first, last = items[content.open], items[content.close]
        if whole.links is not None:
            found = _linked(whole.links, first.end, last.start)
        elif content.masked is None:
            found = _only(text[first.end : last.start].strip(), whole.text)
        else:
            inner = content.masked.unmask(next(apart, Translation(None)))
            found = None if inner is None else _only((inner.text or "").strip(" .!?"), whole.text)
        if found is None:
            return None
        # at one place, ends come before beginnings, and inner ends before outer ones
        inserts.append((found[0], 1, content.open, text[first.start : first.end]))
        inserts.append((found[1], 0, -content.open, text[last.start : last.end]))
    edits = Edits(whole.text, [(place, place, markup) for place, _, _, markup in sorted(inserts)])
    links = None
    if whole.links is not None:
        mapped = ((a, b, edits.to_new(c, d), score) for a, b, c, d, score in whole.links)
        links = tuple((a, b, *place, score) for a, b, place, score in mapped if place is not None)
    return replace(whole, text=edits.text, links=links, alternatives=())


def misplaced(text: str, items: Sequence[Found], translation: Translation) -> bool:
    """Whether the links say that markup is round other words than in the text.

    "the *green* apples" -> "las *manzanas* verdes": what is linked to "green" is outside.
    """
    if translation.links is None or not translation.text:
        return False
    found = find(translation.text)
    for item in items:
        if item.sort is not Sort.OPEN:
            continue
        place = _linked(translation.links, item.end, items[item.mate].start)
        word = text[item.start : item.end]
        if place is not None and not any(
            translation.text[other.start : other.end] == word
            and other.end < place[1]
            and place[0] < found[other.mate].start
            for other in found
            if other.sort is Sort.OPEN
        ):
            return True
    return False


def untranslated(text: str, items: Sequence[Found], translation: str) -> bool:
    """Whether words between underscores came back as they were: "_second_" looks like a name."""
    return any(
        text[item.start] == "_"
        and text[item.end : item.end + 1].islower()
        and text[item.start : items[item.mate].end] in translation
        for item in items
        if item.sort is Sort.OPEN
    )


def _content(text: str, items: Sequence[Found], wanted: Collection[int], place: int) -> _Content:
    start, end = items[place].end, items[items[place].mate].start
    inside = range(place + 1, items[place].mate)
    own = [
        replace(i, start=i.start - start, end=i.end - start, mate=i.mate - place - 1)
        for i in (items[n] for n in inside)
    ]
    outside = list(text[start:end])
    for item in own:
        if item.sort not in (Sort.FOLD, Sort.PLAIN):
            outside[item.start : item.end] = " " * (item.end - item.start)
    words = any(c.isalpha() for c in outside)
    hidden = [n - place - 1 for n in inside if n in wanted]
    masked = mask(text[start:end], own, hidden, attempt=1, peel=True) if words else None
    return _Content(place, items[place].mate, masked)


def _linked(links: Sequence[CharLink], start: int, end: int) -> Offsets | None:
    """The range linked to a source range, where nothing else is linked into it."""
    inside = [(c, d) for a, b, c, d, _ in links if a < end and start < b]
    if not inside:
        return None
    first, last = min(c for c, _ in inside), max(d for _, d in inside)
    alone = all(a < end and start < b for a, b, c, d, _ in links if c < last and first < d)
    return (first, last) if alone else None


def _only(words: str, text: str) -> Offsets | None:
    """Where words stand in a text, if they do so once; in either case."""
    if not words:
        return None
    pattern = rf"(?<![^\W_]){re.escape(words)}(?![^\W_])"
    found = list(re.finditer(pattern, text, re.IGNORECASE))
    return found[0].span() if len(found) == 1 else None
