r"""Apertium's stream format, so that any text comes through undamaged.

The first program of the pipeline, the analyser, cuts a text into words. Each stands as
`^surface/analysis/analysis$`, what is between them as it was; `*` marks a word that the dictionary
lacks. Before the others see it, each word gets a number as its "word-bound blank", which their
rules carry along wherever they move the word:

    The red Blorb      ->  ^The/the<det>$ ^red/red<adj>$ ^Blorb/*Blorb$
                       ->  [[t:w:0]]^The/the<det>$ [[t:w:1]]^red/red<adj>$ [[t:w:2]]^Blorb/*Blorb$
    El Blorb rojo      <-  [[t:w:0]]El[[/]] [[t:w:2]]Blorb[[/]] [[t:w:1]]rojo[[/]]

Source: https://wiki.apertium.org/wiki/Apertium_stream_format and .../Word-bound_blanks.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from spanferry.data.records import Offsets
from spanferry.translators.base import CharLink

#: What `apertium-destxt` puts a backslash before.
_RESERVED = re.compile(r"[\\\[\]{}^$@/<>]")
#: Characters that a later program takes for marks of its own (`~` wakes up the post-generator,
#: `#` cuts a lemma); inside of square brackets nothing looks at them.
_HIDDEN = re.compile(r"[~#]+")
#: Stands for `^`, at which `lrx-proc` waits for ever, escaped or not; it is for private use. Should
#: a text hold it, the next one is taken.
_CARETS = "\ue05e\ue15e\ue25e"
#: A null character would end the text, U+FFFF all input, and half a surrogate pair is no UTF-8.
_UNSAFE = re.compile("[\x00\uffff\ud800-\udfff]")
_BLANKS = r"\[(?:\\.|[^\]\\])*\]"
_UNIT = re.compile(rf"(?s)(?P<escaped>\\.)|(?P<blank>{_BLANKS})|\^(?P<unit>(?:\\.|[^\\$])*)\$")
_OUT = re.compile(
    r"(?s)\\(?P<escaped>.)|\[\[(?P<words>[^\]]*)\]\]|\[(?P<blank>(?:\\.|[^\]\\])*)\]|(?P<text>[^\\\[]+)"
)
_SURFACE = re.compile(r"(?s)((?:\\.|[^\\/])*)/(.*)")
_NUMBER = re.compile(r"t:w:(\d+)")
#: A blank that the rules put before punctuation where they dropped the word between.
_LOOSE = re.compile(r" (?=[.,)])")


@dataclass(frozen=True, slots=True)
class Word:
    """A unit of the analyser: its range in the text, and whether the dictionary has it."""

    start: int
    end: int
    known: bool


@dataclass(frozen=True, slots=True)
class Analysis:
    """What the analyser made of a text.

    Args:
        words: the units in order.
        exact: whether they and what is between them make up the text, so that offsets hold.
        stream: what the next program gets; its words are numbered if that was asked for.
    """

    words: tuple[Word, ...]
    exact: bool
    stream: str


def encode(text: str) -> str:
    """A text as the analyser takes it, without an end mark.

    What the engine cannot take (null, U+FFFF, half a surrogate pair) becomes a blank.
    """
    out: list[str] = []
    place = 0
    text = _safe(text)
    for hidden in _HIDDEN.finditer(text):
        out += [_escape(text[place : hidden.start()]), f"[{hidden[0]}]"]
        place = hidden.end()
    return "".join([*out, _escape(text[place:])])


def analysis(text: str, stream: str, *, number: bool) -> Analysis:
    """Read what the analyser gave for a text; `number` its words.

    White space may differ: the analyser puts a blank before the `'s` of "NASA's".
    """
    out: list[str] = []
    words: list[Word] = []
    reader = _Reader(_safe(text))
    place = 0
    for found in _UNIT.finditer(stream):
        reader.skip(stream[place : found.start()])
        out.append(stream[place : found.start()])
        place = found.end()
        if found["unit"] is None:
            reader.skip(_unescape(found["escaped"] or found["blank"][1:-1]))
        else:
            surface = _SURFACE.match(found["unit"])
            start, end = reader.skip(_unescape(surface[1]) if surface else "")
            if number:
                out.append(f"[[t:w:{len(words)}]]")
            words.append(Word(start, end, not (surface and surface[2].startswith("*"))))
        out.append(found[0])
    out.append(stream[place:])
    reader.skip(stream[place:])
    return Analysis(tuple(words), reader.exact, "".join(out))


class _Reader:
    """Finds parts of a text one after the other, whatever the white space between them."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._place = 0
        self.exact = True

    def skip(self, part: str) -> Offsets:
        """The range of the part that comes next, without the white space around it."""
        part = part.strip()
        while self._text[self._place : self._place + 1].isspace():
            self._place += 1
        start = self._place
        self.exact &= self._text.startswith(part, start)
        self._place += len(part)
        return start, self._place


def decode(stream: str, source: str, words: Sequence[Word]) -> tuple[str, tuple[CharLink, ...]]:
    """The text of a translated stream, and the links that the numbers in it tell.

    White space is evened out: dropped words leave two blanks, or one before a full stop.
    """
    text: list[str] = []
    marks: list[tuple[int, int, tuple[int, ...]]] = []
    length = start = 0
    numbers: tuple[int, ...] = ()
    for found in _OUT.finditer(stream):
        if found["words"] is not None:
            if numbers:
                marks.append((start, length, numbers))
            start, numbers = length, tuple(int(n) for n in _NUMBER.findall(found["words"]))
            continue
        plain = found["escaped"] or found["text"] or _unescape(found["blank"] or "")
        text.append(plain)
        length += len(plain)
    whole = "".join(text)
    if "^" in source:
        whole = whole.replace(_caret(source), "^")
    return _evened(whole, source, words, marks)


def unknown_share(text: str, words: Sequence[Word]) -> float:
    """The share of the words with a letter that the dictionary lacks; 0 where there is none."""
    counted = [word for word in words if any(c.isalpha() for c in text[word.start : word.end])]
    return sum(not word.known for word in counted) / len(counted) if counted else 0.0


def _evened(
    text: str,
    source: str,
    words: Sequence[Word],
    marks: Sequence[tuple[int, int, tuple[int, ...]]],
) -> tuple[str, tuple[CharLink, ...]]:
    loose = None if _LOOSE.search(source) else _LOOSE
    kept: list[str] = []
    #: place in `text` -> place in what is kept
    places = [0] * (len(text) + 1)
    for place, character in enumerate(text):
        places[place] = len(kept)
        if not character.isspace():
            if loose and kept and kept[-1] == " " and loose.match(" " + character):
                kept.pop()
                places[place] -= 1
            kept.append(character)
        elif kept and kept[-1] != " ":
            kept.append(" ")
    if kept and kept[-1] == " ":
        kept.pop()
    places[len(text)] = len(kept)
    links: list[CharLink] = []
    for start, end, numbers in marks:
        part = text[start:end]
        start, end = start + len(part) - len(part.lstrip()), end - len(part) + len(part.rstrip())
        if start >= end:
            continue
        first, last = places[start], places[end - 1] + 1
        links += [
            (words[number].start, words[number].end, first, last, 1.0)
            for number in dict.fromkeys(numbers)
            if number < len(words)
        ]
    return "".join(kept), tuple(links)


def _safe(text: str) -> str:
    text = _UNSAFE.sub(" ", text)
    return text.replace("^", _caret(text)) if "^" in text else text


def _caret(text: str) -> str:
    return next((one for one in _CARETS if one not in text), " ")


def _escape(text: str) -> str:
    return _RESERVED.sub(r"\\\g<0>", text)


def _unescape(text: str) -> str:
    return re.sub(r"(?s)\\(.)", r"\1", text)
