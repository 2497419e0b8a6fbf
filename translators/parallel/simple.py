"""Lookups that need no source text: by the place in the file, by a column, by the record's id."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice
from pathlib import Path
from typing import Any

from spanferry.data.errors import ConfigError
from spanferry.data.records import Record
from spanferry.translators.base import TranslatedRecord, Translation
from spanferry.translators.parallel.base import either, found_text, some, whole
from spanferry.translators.parallel.fields import first_text
from spanferry.translators.parallel.id_index import IdIndex
from spanferry.translators.parallel.line_file import LineFile
from spanferry.translators.parallel.moses import decoded


class ColumnLookup:
    """Translations in the records' own meta: `text_pt`, of a side text `text_pt_question`."""

    one_split = ""

    def __init__(self, column: str) -> None:
        self._column = column

    def check(self, split: str, count: int, *, partial: bool) -> None:
        """Nothing is known before the records are seen."""

    def prepare(self) -> None:
        """See `Lookup.prepare`; all is there already."""

    def find(self, record: Record, row: int, split: str) -> TranslatedRecord:
        """See `Lookup.find`."""
        text = found_text(record.meta.get(self._column))
        sides = {
            name: found_text(record.meta.get(f"{self._column}_{name}"))
            for name in record.side_texts
        }
        return TranslatedRecord(text, sides, whole(record, text))

    def tell(self, records: Sequence[Record], rows: Sequence[int], split: str) -> tuple[str, str]:
        """See `Lookup.tell`."""
        return "", f"the meta of the first record has the keys: {some(records[0].meta, 20)}"


class LineLookup:
    """Line n is the translation of record n; side texts have none.

    Raises:
        ConfigError, InputError: see `LineFile`.
    """

    one_split = "lines"

    def __init__(self, path: Path, *, unescape: bool) -> None:
        self._path = path
        self._unescape = unescape
        self._lines = LineFile(path)

    def check(self, split: str, count: int, *, partial: bool) -> None:
        """See `Lookup.check`: one line a record; more are in order while `partial`."""
        lines = len(self._lines)
        if lines < count or (lines > count and not partial):
            raise ConfigError(
                f"{str(self._path)!r} has {lines} lines and the split {split!r} of the source "
                f"{'at least ' if partial else ''}{count} records; one line a record is needed"
            )

    def prepare(self) -> None:
        """See `Lookup.prepare`; all is there already."""

    def find(self, record: Record, row: int, split: str) -> TranslatedRecord:
        """See `Lookup.find`."""
        text = Translation(None, error="no_translation")
        if row < len(self._lines):
            text = decoded(self._lines[row], unescape=self._unescape)
        missing = Translation(None, error="no_translation")
        return TranslatedRecord(
            text, dict.fromkeys(record.side_texts, missing), whole(record, text)
        )

    def tell(self, records: Sequence[Record], rows: Sequence[int], split: str) -> tuple[str, str]:
        """See `Lookup.tell`."""
        wanted = f"; lines looked for: {some([row + 1 for row in rows])}"
        return wanted, f"the file has {len(self._lines)} lines"


class IdLookup:
    """Objects of JSONL by the record's id, side texts in their object `side_texts`.

    Args:
        path: the file.
        id_field: the field of the id.
        fields: where the translation may stand; the first that is there counts.
        language: the target language.

    Raises:
        ConfigError, InputError: see `LineFile` and `IdIndex`.
    """

    one_split = "JSONL"

    def __init__(self, path: Path, id_field: str, fields: Sequence[str], language: str) -> None:
        self._path = path
        self._fields = fields
        self._language = language
        self._index = IdIndex(LineFile(path), id_field)

    def check(self, split: str, count: int, *, partial: bool) -> None:
        """See `Lookup.check`: some object has the field of the translation."""
        if any(first_text(found, self._fields, self._language)[0] for _, found in self._index):
            return
        first = next(iter(self._index), None)
        if first is not None:
            raise ConfigError(
                f"no object in {str(self._path)!r} has the field {either(self._fields)} of the "
                f"translation (translate.field); the first object has: {some(first[1], 20)}"
            )
        if count:
            raise ConfigError(
                f"{str(self._path)!r} has no objects and the split {split!r} of the source has "
                "records"
            )

    def prepare(self) -> None:
        """See `Lookup.prepare`; all is there already."""

    def find(self, record: Record, row: int, split: str) -> TranslatedRecord:
        """See `Lookup.find`."""
        found: dict[str, Any] = self._index.find(record.id) or {}
        text = found_text(first_text(found, self._fields, self._language)[1])
        given = found.get("side_texts")
        sides = {
            name: found_text(given.get(name) if isinstance(given, dict) else None)
            for name in record.side_texts
        }
        return TranslatedRecord(text, sides, whole(record, text))

    def tell(self, records: Sequence[Record], rows: Sequence[int], split: str) -> tuple[str, str]:
        """See `Lookup.tell`."""
        wanted = f"; ids looked for: {some([record.id for record in records])}"
        return wanted, f"ids in the file: {some([name for name, _ in islice(self._index, 4)])}"
