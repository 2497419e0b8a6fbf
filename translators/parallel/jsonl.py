"""Pairs of texts in the objects of a JSONL file."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from spanferry.translators.base import Translation
from spanferry.translators.parallel.base import either, found_text, some
from spanferry.translators.parallel.fields import ABSENT, first_text, value_at
from spanferry.translators.parallel.id_index import read_object
from spanferry.translators.parallel.languages import texts_in
from spanferry.translators.parallel.line_file import LineFile


class JsonlBitext:
    """A source field and a target field of each object; see `Bitext` and `texts_in`.

    Args:
        path: the file.
        source_field: the field of the source text.
        fields: where the translation may stand; the first that is there counts.
        languages: source and target language, for fields that hold several.

    Raises:
        ConfigError, InputError: see `LineFile`; `bad_json`, from `entries`.
    """

    def __init__(
        self, path: Path, source_field: str, fields: Sequence[str], languages: tuple[str, str]
    ) -> None:
        self.name = repr(str(path))
        self._source_field = source_field
        self._fields = fields
        self._source_language, self._target_language = languages
        self._lines = LineFile(path)

    def prepare(self) -> None:
        """See `Bitext.prepare`; all is there already."""

    def entries(self) -> Iterator[tuple[int, str, str]]:
        """See `Bitext.entries`."""
        for number, line in enumerate(self._lines):
            if line.strip():
                found = read_object(self._lines, number)
                target = self._target(found)
                if target is not None:
                    yield from ((number, source, target) for source in self._sources(found))

    def sources(self, number: int) -> list[str]:
        """See `Bitext.sources`."""
        return self._sources(read_object(self._lines, number))

    def target(self, number: int) -> Translation:
        """See `Bitext.target`."""
        return found_text(self._target(read_object(self._lines, number)))

    def why_empty(self) -> str:
        """See `Bitext.why_empty`."""
        filled = (number for number, line in enumerate(self._lines) if line.strip())
        first = next(filled, None)
        if first is None:
            return f"{self.name} has no objects"
        has = some(read_object(self._lines, first), 20)
        return (
            f"no object in {self.name} has a text in {self._source_language!r} in the field "
            f"{self._source_field!r} (translate.source_field) and one in "
            f"{self._target_language!r} in {either(self._fields)} (translate.field); "
            f"the first object has: {has}"
        )

    def _sources(self, found: dict[str, Any]) -> list[str]:
        value = value_at(found, self._source_field)
        return [] if value is ABSENT else texts_in(value, self._source_language)

    def _target(self, found: dict[str, Any]) -> str | None:
        # a plain text is not its own translation; an object may hold both languages
        fields = [
            field
            for field in self._fields
            if field != self._source_field or not isinstance(value_at(found, field), str)
        ]
        return first_text(found, fields, self._target_language)[1]
