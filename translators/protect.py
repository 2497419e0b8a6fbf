"""Translation around things that the model would damage: placeholders, checked, with a way out.

Every text backend can use it. An item (see `items.py`) is replaced by a short word that the model
copies; when each such word stands in the translation exactly once, the items are put back. When
one is lost or doubled, the text is cut at its items and the stretches between them are translated
on their own, so an item is never lost:

    "Thanks @bob for the show 😀" -> "Thanks X1 for the show" -> "Obrigado X1 pelo show"
    -> "Obrigado @bob pelo show 😀"
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
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


@dataclass(frozen=True, slots=True)
class Masked:
    """A text with placeholders.

    Args:
        text: what the model gets.
        before, after: what was taken off the ends (emoji), to be put back unseen.
        kept: placeholder and the item it stands for, in order.
        folded: word in plain letters and the word as it was.
    """

    text: str
    before: str
    after: str
    kept: tuple[tuple[str, str], ...]
    folded: tuple[tuple[str, str], ...]

    def parts(self) -> list[str]:
        """The text between the placeholders, one part more than there are."""
        parts: list[str] = []
        rest = self.text
        for placeholder, _ in self.kept:
            part, _, rest = rest.partition(placeholder)
            parts.append(part)
        return [*parts, rest]


def plain(text: str) -> str:
    """The text with typographic quotes, dashes and dots as ASCII, without invisible characters."""
    text = unicodedata.normalize("NFC", text).translate(PLAIN)
    return " ".join(text.split())


def mask(text: str, expressible: Callable[[str], bool]) -> Masked:
    """Put placeholders for the items of a plain text."""
    items = find_items(text, expressible)
    first, last = 0, len(text)
    if items and items[0].kind is Kind.MARK and not text[: items[0].start].strip():
        first = items.pop(0).end
        first += len(text[first:]) - len(text[first:].lstrip())
    if items and items[-1].kind is Kind.MARK and not text[items[-1].end :].strip():
        last = items.pop().start
        last = len(text[:last].rstrip())
    out: list[str] = []
    kept: list[tuple[str, str]] = []
    folded: list[tuple[str, str]] = []
    place = first
    for item in items:
        word = text[item.start : item.end]
        out.append(text[place : item.start])
        if item.kind is Kind.FOLD and _can_fold(text, word, folded):
            folded.append((fold(word), word))
            out.append(fold(word))
        else:
            kept.append((_placeholder(text, len(kept)), word))
            out.append(kept[-1][0])
        place = item.end
    out.append(text[place:last])
    return Masked("".join(out), text[:first], text[last:], tuple(kept), tuple(folded))


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


def unmask(masked: Masked, translation: str) -> str | None:
    """Put the items back; None when a placeholder is not there exactly once.

    An empty translation stays empty, whatever was taken off the ends of the text.
    """
    items = dict(masked.kept)
    found = [word for word in _WORD.findall(translation) if word in items]
    if sorted(found) != sorted(items):
        return None
    if not translation.strip():
        return ""
    return masked.before + _restore(translation, (*masked.kept, *masked.folded)) + masked.after


def _restore(translation: str, words: Sequence[tuple[str, str]]) -> str:
    """Put words in the place of their stand-ins, each once, from left to right.

    One that is not there is left out: "Zurich" may have become "Zurique".
    """
    waiting: dict[str, list[str]] = {}
    for stand_in, word in words:
        waiting.setdefault(stand_in, []).append(word)

    def original(match: re.Match[str]) -> str:
        left = waiting.get(match[0])
        return left.pop(0) if left else match[0]

    return _WORD.sub(original, translation)


def translate_protected(
    texts: Sequence[str],
    translate: Callable[[Sequence[str]], Sequence[str]],
    expressible: Callable[[str], bool],
) -> list[str]:
    """Translate texts so that their items come through unharmed.

    Args:
        texts: one sentence each.
        translate: the bare model; as many results as it gets texts. It is called at most twice.
        expressible: whether the model's vocabulary has a character.
    """
    masked = [mask(plain(text), expressible) for text in texts]
    # a text of items alone has nothing to translate
    wanted = [number for number, item in enumerate(masked) if any(map(_has_letters, item.parts()))]
    done = dict(enumerate(texts))
    failed: list[int] = []
    for number, out in zip(wanted, translate([masked[n].text for n in wanted]), strict=True):
        whole = unmask(masked[number], out)
        if whole is None or len(masked[number].kept) > MOST_PLACEHOLDERS:
            failed.append(number)
        else:
            done[number] = whole
    lone = [part for number in failed for part in masked[number].parts() if _has_letters(part)]
    translations = iter(translate(lone)) if lone else iter(())
    for number in failed:
        parts = masked[number].parts()
        done[number] = _weave(
            masked[number], [next(translations) if _has_letters(p) else p for p in parts]
        )
    return [done[number] for number in range(len(texts))]


def _weave(masked: Masked, translations: Sequence[str]) -> str:
    """Parts and items in turn, with the white space that was between them."""
    if not any(_has_letters(part) for part in translations):
        return ""
    out = [masked.before]
    for number, (part, translation) in enumerate(zip(masked.parts(), translations, strict=True)):
        body = _restore(translation.strip(), masked.folded)
        lead = part[: len(part) - len(part.lstrip())]
        tail = part[len(part.rstrip()) :] if body else ""
        out += [lead, body, tail]
        if number < len(masked.kept):
            out.append(masked.kept[number][1])
    return "".join([*out, masked.after])


def _has_letters(text: str) -> bool:
    return any(character.isalpha() for character in text)
