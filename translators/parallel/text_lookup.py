"""Translations by the text of the record: of the whole, or else sentence by sentence."""

from __future__ import annotations

import difflib
import logging
import threading
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import islice

from spanferry.data.errors import ConfigError
from spanferry.data.records import Offsets, Record
from spanferry.data.sentences import Newlines
from spanferry.translators.base import Segment, TranslatedRecord, Translation
from spanferry.translators.blank import is_blank
from spanferry.translators.parallel.base import Bitext
from spanferry.translators.parallel.hash_index import HashIndex
from spanferry.translators.pieces import Piece, cut, join

_MISSING = Translation(None, error="no_translation")
#: Source texts among which a warning looks for a near one.
_NEAR_AMONG = 2000
#: Characters of a text that it compares, and that it shows.
_COMPARED, _SHOWN = 200, 60


class TextLookup:
    """Looks texts and side texts up in a bitext, which any number of splits may share.

    Two texts are the same when they are after Unicode NFC and with every run of white space as
    one blank. Of several pairs with the same source text the first counts; where their
    translations differ, a warning tells how many there are. Pairs with a blank side do not count.

    A text that is not there as a whole is cut into sentences (`split_sentences`, never inside a
    labelled span), and where the translation of each is there, they are joined with the white
    space of the text between them. Sentences without letters ("12.30", ":-)") that are not there
    stay as they are, as long as another sentence of the text was found.

    Args:
        bitext: the pairs.
        language: of the source texts.
        sentences: whether to look up sentences at all.
        newlines: see `split_sentences`.
    """

    one_split = ""

    def __init__(
        self, bitext: Bitext, *, language: str, sentences: bool, newlines: Newlines
    ) -> None:
        self._bitext = bitext
        self._language = language
        self._sentences = sentences
        self._newlines: Newlines = newlines
        self._lock = threading.Lock()
        self._index: HashIndex | None = None

    def check(self, split: str, count: int, *, partial: bool) -> None:
        """See `Lookup.check`: there is some pair. Reads no further than the first one."""
        if count and next(self._entries(), None) is None:
            raise ConfigError(self._bitext.why_empty())

    def prepare(self) -> None:
        """See `Lookup.prepare`."""
        with self._lock:
            if self._index is None:
                self._bitext.prepare()
                self._index = HashIndex(self._entries())
                self._tell_conflicts(self._index)

    def find(self, record: Record, row: int, split: str) -> TranslatedRecord:
        """See `Lookup.find`."""
        ranges = [one for span in record.spans for one in span.ranges()]
        text, segments = self._translate(record.text, ranges)
        sides = {name: self._translate(side, ())[0] for name, side in record.side_texts.items()}
        return TranslatedRecord(text, sides, segments)

    def tell(self, records: Sequence[Record], rows: Sequence[int], split: str) -> tuple[str, str]:
        """See `Lookup.tell`; what there is: the source text that is nearest, or the first."""
        missing = next((r.text for r in records if self._find(r.text) is None), records[0].text)
        wanted = f"; the first text looked for: {_short(missing)}"
        sources = (source[:_COMPARED] for _, source, _ in self._bitext.entries())
        there = list(islice(sources, _NEAR_AMONG))
        near = difflib.get_close_matches(missing[:_COMPARED], there, n=1, cutoff=0.7)
        if near:
            return wanted, f"the nearest there: {_short(near[0])}"
        shown = ", ".join(map(_short, there[:3]))
        return wanted, f"nothing like it there; source texts there: {shown}, ..."

    def _entries(self) -> Iterator[tuple[int, str, str]]:
        for number, source, target in self._bitext.entries():
            if not is_blank(source) and not is_blank(target):
                yield number, same(source), target.strip()

    def _tell_conflicts(self, index: HashIndex) -> None:
        twins = index.twins[index.differing]
        if not len(twins):
            return
        first = self._bitext.sources(int(twins[0][0]))
        logging.getLogger("spanferry").warning(
            "parallel: %d pairs of %s have a source text that stands there before with another "
            "translation; the first one counts (the text of the first: %s)",
            *(len(twins), self._bitext.name, _short(first[0]) if first else "none"),
        )

    def _find(self, text: str) -> Translation | None:
        key = same(text)
        if self._index is None:
            self.prepare()
        assert self._index is not None
        for number in self._index.find(key):
            if any(same(source) == key for source in self._bitext.sources(number)):
                found = self._bitext.target(number)
                return found if found.text is None else replace(found, text=found.text.strip())
        return None

    def _translate(
        self, text: str, protected: Iterable[Offsets]
    ) -> tuple[Translation, tuple[Segment, ...]]:
        found = self._find(text)
        if found is not None:
            ends = None if found.text is None else len(found.text)
            return found, () if ends is None else ((0, len(text), 0, ends),)
        if not self._sentences:
            return _MISSING, ()
        pieces = cut(
            text, self._language, lambda _: True, protected=protected, newlines=self._newlines
        )
        parts = [self._find(piece.source) for piece in pieces]
        if not any(parts):
            return _MISSING, ()
        known = [_or_copy(piece, part) for piece, part in zip(pieces, parts, strict=True)]
        return join(text, pieces, known)


def same(text: str) -> str:
    """What texts that count as the same have in common."""
    return " ".join(unicodedata.normalize("NFC", text).split())


def _or_copy(piece: Piece, found: Translation | None) -> Translation:
    if found is None:
        return Translation(piece.source) if piece.copied else _MISSING
    return found


def _short(text: str) -> str:
    return repr(text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…")
