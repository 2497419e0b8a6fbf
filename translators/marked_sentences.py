"""A text as sentences with marks, and its translation put together from theirs."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from spanferry.data.markers.edges import mend
from spanferry.data.markers.forms import Form, fitting
from spanferry.data.markers.insert import Marked, insert
from spanferry.data.markers.parts import Part, is_all, parts_in, rounds, sentences
from spanferry.data.markers.read import Place, Reading, read, settle
from spanferry.data.records import Record
from spanferry.data.sentences import Newlines
from spanferry.translators.base import TranslatedRecord, Translation, Usage
from spanferry.translators.composed import add_usage
from spanferry.translators.edits import Edits
from spanferry.translators.pieces import Piece, join


@dataclass(slots=True)
class Sentence:
    """A sentence on its way through the translator.

    Args:
        start, end: its characters in the text.
        source: it, without marks.
        marked: it with marks; None where nothing in it is marked.
        parts: what is marked, in the order of `marked.parts`.
        whole: parts that are all of the sentence, which need no marks.
        plain: its translation without marks, where that was wanted.
        cost: what the marks cost; None where that is not known.
    """

    start: int
    end: int
    source: str
    marked: Marked | None
    parts: tuple[Part, ...]
    whole: tuple[Part, ...]
    plain: Translation | None = None
    cost: float | None = None
    _reading: Reading | None = None
    _answer: Translation | None = None
    _usage: Usage | None = None
    _score: float | None = None
    _refused: bool = False

    @property
    def asked(self) -> str:
        """What the translator gets."""
        return self.source if self.marked is None else self.marked.text

    @property
    def usable(self) -> bool:
        """Whether it was marked and at least one of its marks came through."""
        reading = self._reading
        if reading is None or self._refused:
            return False
        return reading.open or any(isinstance(place, Place) for place in reading.places)

    @property
    def stripped(self) -> str:
        """The translation without its marks."""
        return self._reading.text if self._reading else ""

    def take(self, answer: Translation, language: str) -> None:
        """Read the translation of the marked sentence."""
        self._usage = add_usage(self._usage, answer.usage)
        self._answer = answer
        if self.marked is not None and not answer.error and answer.text:
            self._reading = read(self.marked, answer.text, language)

    def parts_wanted(self) -> list[str]:
        """The parts whose own translations tell which marked phrase is which."""
        if self.marked is None or self._reading is None or not self._reading.open:
            return []
        return list(dict.fromkeys(part.covered for part in self.marked.parts))

    def settle(self, alone: Mapping[str, Translation]) -> None:
        """Match marked phrases to parts."""
        for answer in alone.values():
            self._usage = add_usage(self._usage, answer.usage)
        if self._reading is not None and self.marked is not None:
            known = {part: t.text for part, t in alone.items() if t.text and not t.error}
            self._reading = settle(self._reading, self.marked, known)

    def weigh(self, plain: float, marked: float, most: float | None) -> None:
        """Compare the scores of the translations; -inf tells nothing."""
        if math.isinf(plain) or math.isinf(marked):
            return
        self.cost, self._score = plain - marked, marked
        if most is not None and self.cost > most:
            self._refused, self.cost = True, 0.0

    def result(self) -> tuple[Translation, list[tuple[Part, Place]]]:
        """Its translation, and where its parts are in it."""
        usage = add_usage(self._usage, self.plain.usage if self.plain else None)
        if not self.usable or self._reading is None:
            chosen = self.plain or Translation(None, error="no_translation")
            found: list[tuple[Part, Place]] = []
        else:
            chosen = self._unmarked(self._reading)
            places = zip(self.parts, self._reading.places, strict=True)
            found = [(part, place) for part, place in places if isinstance(place, Place)]
        text = chosen.text or ""
        for part in self.whole if text else ():
            covered = self.source[part.start - self.start : part.end - self.start]
            start, end, repairs = mend(text, 0, len(text), covered)
            found.append((part, Place(start, end, 1.0, repairs)))
        return replace(chosen, usage=usage), found

    def _unmarked(self, reading: Reading) -> Translation:
        assert self.marked is not None
        assert self._answer is not None
        links = self._answer.links
        if links is not None:
            source = Edits(self.source, [(at, at, mark) for at, mark in self.marked.changes])
            target = Edits(self._answer.text or "", reading.changes)
            both = ((source.to_old(a, b), target.to_new(c, d), s) for a, b, c, d, s in links)
            links = tuple((*one, *other, s) for one, other, s in both if one and other)
        score = self._answer.score if self._score is None else self._score
        return Translation(reading.text, score, links)


def cut(record: Record, language: str, form: Form, most: int, newlines: Newlines) -> list[Sentence]:
    """The sentences of a text, with marks round the parts of its spans."""
    found = []
    for start, end in sentences(record.text, record.spans, language, newlines):
        source = record.text[start:end]
        parts = parts_in(record.text, record.spans, (start, end))
        whole = tuple(p for p in parts if is_all(record.text, (start, end), p))
        rest = [part for part in parts if part not in whole]
        if not any(c.isalpha() for c in source):  # it is copied
            rest = []
        own = fitting(form, source) if rest else None
        chosen: tuple[Part, ...] = ()
        marked = None
        if own is not None:
            chosen = tuple(rounds(rest, keyed=own.keyed, most=most)[0])
            marked = insert(source, [(p.start - start, p.end - start) for p in chosen], own)
        found.append(Sentence(start, end, source, marked, chosen, whole))
    return found


def put_together(
    record: Record, own: Sequence[Sentence], sides: Mapping[str, Translation]
) -> TranslatedRecord:
    """The translation of a record."""
    results = [sentence.result() for sentence in own]
    pieces = [Piece(s.start, s.end, " ".join(s.source.split())) for s in own]
    text, segments = join(record.text, pieces, [answer for answer, _ in results])
    if text.text is None:
        return TranslatedRecord(text, sides)
    places: dict[tuple[int, int], list[tuple[int, int]]] = {}
    for (_, found), segment in zip(results, segments, strict=True):
        for part, place in found:
            key = (part.span, part.fragment)
            places.setdefault(key, []).append((segment[2] + place.start, segment[2] + place.end))
    wanted: dict[tuple[int, int], int] = {}
    for sentence in own:
        for part in parts_in(record.text, record.spans, (sentence.start, sentence.end)):
            wanted[part.span, part.fragment] = wanted.get((part.span, part.fragment), 0) + 1
    # a span over several sentences, or of several fragments, needs all of its parts
    broken = {span for (span, fragment), n in wanted.items()
              if len(places.get((span, fragment), ())) < n}  # fmt: skip
    marks = tuple(
        (record.spans[span].id, min(a for a, _ in ranges), max(b for _, b in ranges))
        for (span, _), ranges in sorted(places.items())
        if span not in broken
    )
    return TranslatedRecord(text, sides, segments, marks, _cost(own, results))


def _cost(own: Sequence[Sentence], results: Sequence[tuple[Translation, object]]) -> float | None:
    """What marks cost over a text; sentences without marks cost nothing."""
    marked = [s for s in own if s.marked is not None]
    if not any(s.cost is not None for s in marked):
        return None
    sizes = [len(answer.text or "") for answer, _ in results]
    total = sum(size * (s.cost or 0.0) for s, size in zip(own, sizes, strict=True))
    return total / sum(sizes) if sum(sizes) else 0.0
