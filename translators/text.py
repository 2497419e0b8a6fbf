"""Base of the backends that translate plain strings: everything about records is done here."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from spanferry.data.backends import BackendInfo
from spanferry.data.errors import AccountingError
from spanferry.data.records import Offsets, Record
from spanferry.data.sentences import Newlines
from spanferry.translators.base import TranslatedRecord, Translation
from spanferry.translators.blank import is_blank
from spanferry.translators.pieces import Piece, cut, join
from spanferry.translators.repetition import repeats


class TextTranslator(ABC):
    """Translates records piece by piece; a subclass says how a list of strings is translated.

    Texts and side texts are cut into sentences, never inside a labelled span, and a sentence that
    is too long for the model (`fits`) at clause punctuation. Equal sentences of a batch are
    translated once. Sentences without any letter (numbers, emoji, punctuation) are copied. The
    white space between sentences stays as it is; inside a sentence a run of it counts as one blank.

    Errors belong to one text of one record and leave the others alone:

    - `too_long`: a sentence does not fit and has no clause punctuation left to cut at;
    - `empty_translation`: nothing came back, or nothing that shows, see `blank.is_blank`;
    - `repetition`: the output loops, see `repetition.repeats`;
    - whatever codes the subclass gives.

    A backend is constructed as `Backend(settings, source_language=..., target_language=...)` and
    names its settings class as `Settings`.

    Args:
        source_language, target_language: BCP-47 codes.
        newlines: whether each line break ends a sentence, or only a blank line does.
    """

    def __init__(
        self, *, source_language: str, target_language: str, newlines: Newlines = "line"
    ) -> None:
        self.source_language = source_language
        self.target_language = target_language
        self.newlines: Newlines = newlines

    @property
    @abstractmethod
    def info(self) -> BackendInfo: ...

    @abstractmethod
    def setup(self) -> None: ...

    def check(self, rows: Mapping[str, int], *, partial: bool = False) -> None:
        """See `Translator.check`; a model translates any number of records."""
        return

    @abstractmethod
    def translate(self, texts: Sequence[str]) -> list[Translation]:
        """Translate strings of one sentence each; exactly one result a string, in order.

        Offsets of links count in the string and in its translation. The result for a string does
        not depend on the others in the list.
        """

    def fits(self, text: str) -> bool:
        """Whether the model takes a string whole; by default it takes any."""
        return True

    def translate_records(
        self, records: Sequence[Record], rows: Sequence[int], split: str
    ) -> list[TranslatedRecord]:
        """See `Translator.translate_records`; `rows` and `split` do not matter here.

        Raises:
            AccountingError: `translate` gave another number of results than it got strings.
        """
        cuts = [
            [
                self._cut(record.text, [r for span in record.spans for r in span.ranges()]),
                *(self._cut(text, []) for text in record.side_texts.values()),
            ]
            for record in records
        ]
        known = self._translate_once(
            piece for texts in cuts for pieces in texts for piece in pieces
        )
        done: list[TranslatedRecord] = []
        for record, (pieces, *side_pieces) in zip(records, cuts, strict=True):
            text, segments = join(record.text, pieces, _take(known, pieces))
            sides = {
                name: join(side, parts, _take(known, parts))[0]
                for (name, side), parts in zip(record.side_texts.items(), side_pieces, strict=True)
            }
            done.append(TranslatedRecord(text, sides, segments))
        return done

    def translate_texts(self, texts: Sequence[str]) -> list[Translation]:
        """Translate texts of any length, cut and joined as those of records are."""
        records = [Record(str(number), text) for number, text in enumerate(texts)]
        return [item.text for item in self.translate_records(records, range(len(texts)), "")]

    def _cut(self, text: str, protected: Iterable[Offsets]) -> list[Piece]:
        return cut(
            text, self.source_language, self.fits, protected=protected, newlines=self.newlines
        )

    def _translate_once(self, pieces: Iterable[Piece]) -> dict[str, Translation]:
        """The translation of every piece by its source string; equal strings go in once."""
        known: dict[str, Translation] = {}
        wanted: dict[str, None] = {}
        for piece in pieces:
            if piece.error:
                known[piece.source] = Translation(None, error=piece.error)
            elif piece.copied:
                known[piece.source] = Translation(piece.source)
            else:
                wanted[piece.source] = None
        sources = list(wanted)
        results = self.translate(sources) if sources else []
        if len(results) != len(sources):
            raise AccountingError(
                f"translator {self.info.name!r} got {len(sources)} texts "
                f"and gave back {len(results)}"
            )
        for source, result in zip(sources, results, strict=True):
            known[source] = _checked(source, result)
        return known


def _take(known: dict[str, Translation], pieces: Sequence[Piece]) -> list[Translation]:
    """The translations of pieces; what one cost is told once, however often it is taken."""
    taken: list[Translation] = []
    for piece in pieces:
        found = known[piece.source]
        taken.append(found)
        if found.usage is not None:
            known[piece.source] = replace(found, usage=None)
    return taken


def _checked(source: str, result: Translation) -> Translation:
    if result.error:
        return result
    text = (result.text or "").strip()
    if is_blank(text):
        return Translation(None, error="empty_translation", usage=result.usage)
    if repeats(source, text):
        return Translation(None, error="repetition", usage=result.usage)
    return result
