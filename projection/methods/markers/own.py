"""Marked texts that are translated for their marks alone: what to ask, and what came of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from spanferry.data.markers.forms import Form, fitting
from spanferry.data.markers.insert import Marked, insert
from spanferry.data.markers.parts import Part, is_all, parts_in, rounds, sentences
from spanferry.data.markers.read import Place, Reading, read, settle
from spanferry.data.records import Offsets, Span
from spanferry.projection.methods.markers.carry import Carrier, Found

#: The translations of texts; None: there is none.
Translate = Callable[[Sequence[str]], Mapping[str, str | None]]


@dataclass(slots=True)
class Sentence:
    """A sentence of a unit and the ways in which it is marked, one a round.

    Args:
        start, end: its characters in the text of the record.
        marked: the rounds; none where nothing is marked.
        parts: what is marked in each.
        whole: parts that are all of the sentence, which need no marks.
        unfit: parts that cannot be marked.
    """

    start: int
    end: int
    source: str
    marked: list[Marked] = field(default_factory=list)
    parts: list[list[Part]] = field(default_factory=list)
    whole: list[Part] = field(default_factory=list)
    unfit: list[Part] = field(default_factory=list)
    readings: list[Reading | None] = field(default_factory=list)
    plain: str | None = None

    def text(self, number: int = 0) -> str:
        """Its translation in a round, without marks."""
        if number < len(self.readings):
            reading = self.readings[number]
            return "" if reading is None else reading.text
        return self.plain or ""


@dataclass(slots=True)
class Unit:
    """A stretch of a text, the stretch of the translation that it became, and its sentences."""

    source: Offsets
    target: Offsets
    sentences: list[Sentence]

    def texts(self) -> list[str]:
        """What is to be translated."""
        return [
            text
            for sentence in self.sentences
            for text in ([one.text for one in sentence.marked] or [sentence.source])
        ]


def units(
    text: str,
    spans: Sequence[Span],
    segments: Sequence[tuple[int, int, int, int]],
    size: int,
    language: str,
    form: Form,
    most: int,
) -> list[Unit]:
    """The stretches of a text that hold spans, with marks.

    Args:
        spans: of one range each.
        segments: see `ProjectionInput`; without them the text is one stretch.
        size: characters of the translation.
        most: parts that are marked together.
    """
    known = list(segments) or [(0, len(text), 0, size)]
    # a span over two segments needs them to be one
    for span in spans:
        met = [s for s in known if s[0] < span.end and span.start < s[1]]
        if len(met) > 1:
            one = (met[0][0], met[-1][1], min(s[2] for s in met), max(s[3] for s in met))
            known = [one if s is met[0] else s for s in known if s is met[0] or s not in met]
    found = []
    for a, b, c, d in known:
        inside = [span for span in spans if a < span.end and span.start < b]
        if not inside:
            continue
        unit = Unit((a, b), (c, d), [])
        for start, end in sentences(text[a:b], [_moved(span, a) for span in inside], language):
            unit.sentences.append(_sentence(text, spans, (a + start, a + end), form, most))
        found.append(unit)
    return found


def _moved(span: Span, start: int) -> Span:
    return Span(max(0, span.start - start), span.end - start, span.label, span.id)


def _sentence(text: str, spans: Sequence[Span], place: Offsets, form: Form, most: int) -> Sentence:
    start, end = place
    one = Sentence(start, end, text[start:end])
    rest: list[Part] = []
    for part in parts_in(text, spans, place):
        (one.whole if is_all(text, place, part) else rest).append(part)
    own = fitting(form, one.source) if rest else None
    if own is None:
        one.unfit = rest
        return one
    for group in rounds(rest, keyed=own.keyed, most=most):
        one.parts.append(group)
        ranges = [(part.start - start, part.end - start) for part in group]
        one.marked.append(insert(one.source, ranges, own))
    return one


def translate(found: Sequence[Unit], ask: Translate, language: str) -> None:
    """Translate the marked sentences of units and read what came back."""
    known = ask([text for unit in found for text in unit.texts()])
    everything = [sentence for unit in found for sentence in unit.sentences]
    for sentence in everything:
        if not sentence.marked:
            sentence.plain = known[sentence.source]
        for marked in sentence.marked:
            answer = known[marked.text]
            sentence.readings.append(None if answer is None else read(marked, answer, language))
    unclear = [
        (sentence, k, reading, sentence.marked[k])
        for sentence in everything
        for k, reading in enumerate(sentence.readings)
        if reading is not None and reading.open
    ]
    alone = ask([part.covered for *_, marked in unclear for part in marked.parts])
    told = {text: answer for text, answer in alone.items() if answer is not None}
    for sentence, k, reading, marked in unclear:
        sentence.readings[k] = settle(reading, marked, told)


def carried(
    unit: Unit, given: str, language: str, carriers: dict[tuple[str, str], Carrier]
) -> dict[int, list[tuple[Part, list[Found], float] | str]]:
    """For each span of a unit what became of its parts: counterparts and trust, or a reason.

    Args:
        given: the given translation.
        carriers: those made so far, by both texts.
    """
    result: dict[int, list[tuple[Part, list[Found], float] | str]] = {}
    stretch = given[unit.target[0] : unit.target[1]]

    def carry(number: int, k: int, part: Part, place: Place | None) -> None:
        own, before = "", 0
        for other, sentence in enumerate(unit.sentences):
            own += " " if own else ""
            if other == number:
                before = len(own)
            own += sentence.text(k if other == number else 0)
        text = unit.sentences[number].text(k)
        start, end, sure = (place.start, place.end, place.sure) if place else (0, len(text), 1.0)
        if not text.strip():
            result.setdefault(part.span, []).append("not_translated")
            return
        carrier = carriers.setdefault((own, stretch), Carrier(own, stretch, language))
        found = [
            Found(one.start + unit.target[0], one.end + unit.target[0], one.quality)
            for one in carrier.carry(before + start, before + end)
        ]
        result.setdefault(part.span, []).append((part, found, sure) if found else "not_carried")

    for number, sentence in enumerate(unit.sentences):
        for part in sentence.unfit:
            result.setdefault(part.span, []).append("markers_in_text")
        for part in sentence.whole:
            carry(number, 0, part, None)
        for k, (group, reading) in enumerate(zip(sentence.parts, sentence.readings, strict=True)):
            for x, part in enumerate(group):
                place = "not_translated" if reading is None else reading.places[x]
                if isinstance(place, str):
                    result.setdefault(part.span, []).append(place)
                else:
                    carry(number, k, part, place)
    return result
