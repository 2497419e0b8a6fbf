"""A translation of a marked text: its text without marks, and where each marked part went."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from spanferry.data.markers.edges import mend
from spanferry.data.markers.forms import plain_key
from spanferry.data.markers.insert import Marked
from spanferry.data.markers.matching import match
from spanferry.data.markers.pairing import Pair, pair_keyed, pair_unkeyed, sureness
from spanferry.data.markers.strip import Stripped, strip
from spanferry.data.markers.tokens import Token, find


@dataclass(frozen=True, slots=True)
class Place:
    """Where a part went.

    Args:
        start, end: its characters in the text without marks.
        sure: how far that is to be trusted, in (0, 1]; 1 where the marks came through unharmed.
        repairs: names of what was done for it, see `pairing.SURE`.
    """

    start: int
    end: int
    sure: float
    repairs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Reading:
    """What a translation holds.

    Args:
        text: without marks.
        places: of each part, in the order of `Marked.parts`: where it went, or why that is not
            known (`pairing.REASONS`).
        phrases: marked phrases whose part is not known yet: those of forms without keys, where
            there were several; see `settle`.
        changes: what was taken out of the translation: start, end and what stands there now.
    """

    text: str
    places: tuple[Place | str, ...]
    phrases: tuple[Place, ...] = ()
    changes: tuple[tuple[int, int, str], ...] = field(default=(), repr=False)

    @property
    def open(self) -> bool:
        """Whether phrases are still to be matched to parts."""
        return bool(self.phrases)

    def repairs(self) -> Counter[str]:
        """How often each repair was made."""
        found = [place for place in self.places if isinstance(place, Place)]
        return Counter(name for place in found for name in place.repairs)

    def intact(self) -> int:
        """Parts whose marks came through unharmed and where they belong."""
        return sum(isinstance(place, Place) and not place.repairs for place in self.places)


def read(marked: Marked, translation: str, language: str) -> Reading:
    """Find the marks of a text in its translation and take them out.

    Args:
        translation: of `marked.text`.
        language: of the translation.
    """
    keys = {plain_key(part.key) for part in marked.parts}
    tokens = find(translation, marked.form, keys, plain=marked.plain)
    joined = {plain_key(part.key) for part in marked.parts if any(part.inside_word)}
    bare = strip(translation, tokens, language, joined=joined)
    if marked.form.keyed:
        pairs = pair_keyed(translation, tokens, marked.parts)
        places = tuple(
            pair if isinstance(pair, str)
            else _placed(bare, tokens, pair, part.covered, inside=any(part.inside_word))
            for pair, part in zip(pairs, marked.parts, strict=True)
        )  # fmt: skip
        return Reading(bare.text, places, changes=bare.changes)
    found = pair_unkeyed(translation, tokens, marked.parts)
    places = ("lost_marker",) * len(marked.parts)
    if len(found) == len(marked.parts) == 1:
        (part,) = marked.parts
        place = _placed(bare, tokens, found[0], part.covered, inside=any(part.inside_word))
        return Reading(bare.text, (place,), changes=bare.changes)
    phrases = (_between(bare, pair) for pair in found)
    return Reading(bare.text, places, tuple(p for p in phrases if p), bare.changes)


def settle(reading: Reading, marked: Marked, alone: Mapping[str, str] | None = None) -> Reading:
    """Match marked phrases to the parts of a form without keys.

    Args:
        alone: the translation of parts by themselves, by their source text.
    """
    if not reading.phrases:
        return reading
    order = sorted(range(len(marked.parts)), key=lambda k: marked.parts[k].start)
    wanted = []
    for k in order:
        covered = marked.parts[k].covered
        wanted.append([covered, *([alone[covered]] if alone and covered in alone else [])])
    texts = [reading.text[p.start : p.end] for p in reading.phrases]
    places: list[Place | str] = ["lost_marker"] * len(order)
    for k, found in zip(order, match(texts, wanted), strict=True):
        if found is not None:
            phrase = reading.phrases[found[0]]
            covered = marked.parts[k].covered
            start, end, repairs = mend(reading.text, phrase.start, phrase.end, covered)
            named = (*phrase.repairs, *repairs)
            places[k] = Place(start, end, sureness(named) * found[1], named)
    return replace(reading, places=tuple(places), phrases=())


def _between(bare: Stripped, pair: Pair) -> Place | None:
    start, end = bare.moved(pair.start, pair.end)
    if not bare.text[start:end].strip():
        return None
    return Place(start, end, sureness(pair.repairs), tuple(dict.fromkeys(pair.repairs)))


def _placed(
    bare: Stripped, tokens: Sequence[Token], pair: Pair, covered: str, *, inside: bool
) -> Place | str:
    repairs = list(dict.fromkeys(pair.repairs))
    start, end = bare.moved(pair.start, pair.end)
    if not bare.text[start:end].strip():
        return "empty_marker"
    own = [k for k, t in enumerate(tokens) if t.end == pair.start or t.start == pair.end]
    if bare.glued.intersection(own):
        repairs.append("glued")
    closing = {k for k, t in enumerate(tokens) if t.start == pair.end}
    if not inside and bare.goes_on & closing and not bare.joins:
        while end < len(bare.text) and bare.text[end].isalnum():
            end += 1
        repairs.append("inside_word")
    start, end, mended = mend(bare.text, start, end, covered)
    if start >= end:
        return "empty_marker"
    repairs += mended
    return Place(start, end, sureness(repairs), tuple(repairs))
