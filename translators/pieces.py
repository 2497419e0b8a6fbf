"""A text as the pieces that a translator gets, and the translation put together from theirs.

A piece is a sentence, or a part of one that is too long for the model. The white space between
the pieces never passes through the model, so it is the same in the translation:

    "Hello.\\n\\n  Come in." -> "Hello." "Come in." -> "Olá.\\n\\n  Entre."
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import reduce

from spanferry.data.records import Offsets
from spanferry.data.sentences import Newlines, split_sentences, trim
from spanferry.translators.base import Alternative, CharLink, Segment, Translation, Usage

#: Places where a sentence that is too long may be cut, the better ones first.
_CLAUSE_ENDS = (
    re.compile(r"[;:](?=\s)|[；：]"),
    re.compile(r"(?<=\s)[-–—](?=\s)|[)\]](?=\s)|—"),
    re.compile(r"[,،](?=\s)|[，、]"),
)


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of a text that is translated in one go.

    Args:
        start, end: its range in the text; neither end is white space.
        source: what is translated: the characters there, each run of white space one blank.
        error: `too_long` where the piece could not be cut small enough.
    """

    start: int
    end: int
    source: str
    error: str | None = None

    @property
    def copied(self) -> bool:
        """Whether the piece has no letters; numbers, emoji and punctuation are not translated."""
        return not any(character.isalpha() for character in self.source)


def cut(
    text: str,
    language: str,
    fits: Callable[[str], bool],
    *,
    protected: Iterable[Offsets] = (),
    newlines: Newlines = "line",
) -> list[Piece]:
    """Cut a text into pieces that fit.

    A sentence that does not fit is cut at a sentence end inside a protected range, then at clause
    punctuation outside those ranges, then inside them, each time as near to its middle as
    possible.

    Args:
        text: any text.
        language: its BCP-47 code.
        fits: whether the model takes a string whole.
        protected: ranges that are not cut as long as there is another way (labelled spans).
        newlines: see `split_sentences`.
    """
    guarded = tuple(protected)
    sentences = split_sentences(text, language, protected=guarded, newlines=newlines)
    pieces: list[Piece] = []
    for start, end in sentences:
        for left, right in _shorten(text, start, end, language, fits, guarded):
            piece = Piece(left, right, _blanks(text[left:right]))
            if not piece.copied and not fits(piece.source):
                piece = replace(piece, error="too_long")
            pieces.append(piece)
    return pieces


def _blanks(text: str) -> str:
    return " ".join(text.split())


def _shorten(
    text: str,
    start: int,
    end: int,
    language: str,
    fits: Callable[[str], bool],
    protected: Sequence[Offsets],
) -> list[Offsets]:
    if fits(_blanks(text[start:end])):
        return [(start, end)]
    ends = [start + last for _, last in split_sentences(text[start:end], language)]
    clauses = [
        [start + found.end() for found in pattern.finditer(text[start:end])]
        for pattern in _CLAUSE_ENDS
    ]
    unguarded: tuple[Offsets, ...] = ()
    for places, guarded in (
        (ends, unguarded),
        *((places, protected) for places in clauses),
        *((places, unguarded) for places in clauses),
    ):
        halves = ((trim(text, start, place), trim(text, place, end)) for place in places)
        cuts = [
            (left, right)
            for left, right in halves
            if left[0] < left[1]
            and right[0] < right[1]
            and not any(a < left[1] and b > right[0] for a, b in guarded)
        ]
        if cuts:
            left, right = min(cuts, key=lambda pair: abs(pair[0][1] - (start + end) / 2))
            return [
                *_shorten(text, *left, language, fits, protected),
                *_shorten(text, *right, language, fits, protected),
            ]
    return [(start, end)]


def join(
    text: str, pieces: Sequence[Piece], translations: Sequence[Translation]
) -> tuple[Translation, tuple[Segment, ...]]:
    """The translation of a text from those of its pieces, and which range became which.

    The first error of a piece is the error of the text. The score is the mean of the pieces'
    scores, weighted by the length of their translations; copied pieces have none. There are links
    only where every translated piece has them and went to the model as it stands in the text.
    The n-th alternative is made of the n-th of each piece, or of its best where it has fewer.
    Usage is the sum over all pieces, failed ones too.
    """
    usage = reduce(_add_usage, (translation.usage for translation in translations), None)
    failed = next((t for t in translations if t.text is None or t.error), None)
    if failed is not None:
        return Translation(None, error=failed.error or "no_translation", usage=usage), ()
    segments: list[Segment] = []
    links: list[CharLink] | None = []
    position = length = 0
    for piece, translation in zip(pieces, translations, strict=True):
        first = length + piece.start - position
        position, length = piece.end, first + len(translation.text or "")
        segments.append((piece.start, piece.end, first, length))
        if piece.copied:
            if links is not None:
                links.append((piece.start, piece.end, first, length, 1.0))
        elif translation.links is None or piece.end - piece.start != len(piece.source):
            links = None
        elif links is not None:
            links += [
                (piece.start + a, piece.start + b, first + c, first + d, score)
                for a, b, c, d, score in translation.links
            ]
    best = [Alternative(t.text or "", t.score) for t in translations]
    whole = _combine(text, pieces, best)
    joined = Translation(
        whole.text,
        whole.score,
        None if links is None else tuple(links),
        alternatives=_alternatives(text, pieces, translations, best),
        usage=usage,
        back=_back(text, pieces, translations),
    )
    return joined, tuple(segments)


def _combine(text: str, pieces: Sequence[Piece], parts: Sequence[Alternative]) -> Alternative:
    """Parts with the white space of the text between them, and the mean of their scores."""
    out: list[str] = []
    weighted, weight = 0.0, 0
    position = 0
    for piece, part in zip(pieces, parts, strict=True):
        out += [text[position : piece.start], part.text]
        position = piece.end
        if part.score is not None and not piece.copied:
            weighted += part.score * len(part.text)
            weight += len(part.text)
    out.append(text[position:])
    return Alternative("".join(out), weighted / weight if weight else None)


def _alternatives(
    text: str,
    pieces: Sequence[Piece],
    translations: Sequence[Translation],
    best: Sequence[Alternative],
) -> tuple[Alternative, ...]:
    most = max((len(translation.alternatives) for translation in translations), default=0)
    return tuple(
        _combine(
            text,
            pieces,
            [
                t.alternatives[number] if number < len(t.alternatives) else first
                for t, first in zip(translations, best, strict=True)
            ],
        )
        for number in range(most)
    )


def _back(text: str, pieces: Sequence[Piece], translations: Sequence[Translation]) -> str | None:
    """The text made of the pieces that came back; None where one did not."""
    parts = [
        Alternative(piece.source if piece.copied else translation.back or "")
        for piece, translation in zip(pieces, translations, strict=True)
    ]
    if not parts or all(translation.back is None for translation in translations):
        return None
    return _combine(text, pieces, parts).text


def _add_usage(total: Usage | None, one: Usage | None) -> Usage | None:
    if total is None or one is None:
        return total or one
    return total + one
