"""Translations that the user brings: a second file beside the corpus, or a column of it."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from spanferry.data.backends import BackendInfo
from spanferry.data.errors import ConfigError
from spanferry.data.fingerprint import fingerprint
from spanferry.data.records import Record
from spanferry.translators.base import TranslatedRecord, Translation
from spanferry.translators.id_index import IdIndex
from spanferry.translators.line_file import LineFile, hash_file

CODE_VERSION = "1"
_JSONL = (".jsonl", ".ndjson")


class ParallelTranslatorSettings(BaseModel):
    """Settings of the backend `parallel`: either `path` or `column`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    path: str | dict[str, str] | None = Field(
        None,
        description="file of translations, or one for each split; {target} stands for the target "
        "language; .gz is unpacked",
    )
    format: Literal["auto", "lines", "jsonl"] = Field(
        "auto",
        description="lines: one translation a line, in the order of the source; jsonl: an object "
        "a line, found by the record's id; auto: by the suffix",
    )
    field: str | None = Field(
        None, description="field of the translation in jsonl; translation or else text if unset"
    )
    id_field: str = Field("id", description="field of the record's id in jsonl")
    column: str | None = Field(
        None,
        description="key of the translation in the records' meta; {target} stands for the target "
        "language",
    )

    @model_validator(mode="after")
    def _one_place(self) -> ParallelTranslatorSettings:
        if (self.path is None) == (self.column is None):
            raise ValueError("parallel needs either path or column")
        return self


class ParallelTranslator:
    """Translations of your own: a file beside the source, or a column of it.

    - `lines`: line n of the file belongs to record n of the split, counted over all records of
      the source, rejected ones included. Side texts cannot be given this way.
    - `jsonl`: `{"id": "17", "translation": "...", "side_texts": {"question": "..."}}` in any order;
      objects that no record asks for are ignored.
    - `column`: `meta["text_pt"]`; a side text `question` is in `meta["text_pt_question"]`.

    A record whose translation is not there or blank gets the error `no_translation`, one whose
    line is no UTF-8 `bad_encoding`. A segment covers the whole text: which sentence became
    which is not known.
    """

    Settings = ParallelTranslatorSettings

    def __init__(
        self, settings: ParallelTranslatorSettings, *, source_language: str, target_language: str
    ) -> None:
        self.settings = settings
        self.source_language = source_language
        self.target_language = target_language
        self._lock = threading.Lock()
        self._lines: dict[str, LineFile] = {}
        self._ids: dict[str, IdIndex] = {}

    @property
    def info(self) -> BackendInfo:
        """Its revision holds a hash of the files; reading them happens once."""
        return BackendInfo("parallel", self._revision, source=self._source)

    def setup(self) -> None:
        """Find the lines of the files.

        Raises:
            ConfigError: a file cannot be read.
            InputError: see `IdIndex`.
        """
        for split in self._paths:
            self._open(split)

    def check(self, rows: Mapping[str, int]) -> None:
        """Compare with the number of records of each split, before anything is built.

        Raises:
            ConfigError: a split has no file, or a file of lines not one line a record.
            InputError: see `IdIndex`.
        """
        if self.settings.column is not None:
            return
        several = isinstance(self.settings.path, str) and len(rows) > 1
        if several and not self._is_jsonl(next(iter(self._paths.values()))):
            raise ConfigError(
                f"translate.path is one file of lines, and the source has the splits "
                f"{', '.join(rows)}; give a file for each: {{{next(iter(rows))}: FILE, ...}}"
            )
        for split, count in rows.items():
            path = self._path(split)
            self._open(split)
            if not self._is_jsonl(path) and len(self._lines[str(path)]) != count:
                raise ConfigError(
                    f"{str(path)!r} has {len(self._lines[str(path)])} lines and the split "
                    f"{split!r} of the source {count} records; one line a record is needed"
                )

    def translate_records(
        self, records: Sequence[Record], rows: Sequence[int], split: str
    ) -> list[TranslatedRecord]:
        """See `Translator.translate_records`."""
        return [
            self._look_up(record, row, split) for record, row in zip(records, rows, strict=True)
        ]

    def _look_up(self, record: Record, row: int, split: str) -> TranslatedRecord:
        column = self.settings.column
        if column is not None:
            name = column.replace("{target}", self.target_language)
            text = _translation(record.meta.get(name))
            sides = {side: record.meta.get(f"{name}_{side}") for side in record.side_texts}
        elif self._is_jsonl(self._path(split)):
            text, sides = self._by_id(record, split)
        else:
            text = self._by_row(row, split)
            sides = dict.fromkeys(record.side_texts)
        whole = () if text.text is None else ((0, len(record.text), 0, len(text.text)),)
        translated = {side: _translation(value) for side, value in sides.items()}
        return TranslatedRecord(text, translated, whole)

    def _by_id(self, record: Record, split: str) -> tuple[Translation, dict[str, Any]]:
        self._open(split)
        found = self._ids[str(self._path(split))].find(record.id) or {}
        fields = [self.settings.field] if self.settings.field else ["translation", "text"]
        value = next((found[field] for field in fields if field in found), None)
        sides = found.get("side_texts")
        given = sides if isinstance(sides, dict) else {}
        return _translation(value), {side: given.get(side) for side in record.side_texts}

    def _by_row(self, row: int, split: str) -> Translation:
        self._open(split)
        lines = self._lines[str(self._path(split))]
        if row >= len(lines):
            return Translation(None, error="no_translation")
        try:
            return _translation(lines[row].decode("utf-8"))
        except UnicodeDecodeError:
            return Translation(None, error="bad_encoding")

    @cached_property
    def _paths(self) -> dict[str, Path]:
        """Files by split; under the empty name where one file serves all."""
        path = self.settings.path
        given = {"": path} if isinstance(path, str) else path or {}
        return {
            split: Path(name.replace("{target}", self.target_language)).expanduser()
            for split, name in given.items()
        }

    def _path(self, split: str) -> Path:
        path = self._paths.get("") or self._paths.get(split)
        if path is None:
            raise ConfigError(
                f"translate.path has no file for the split {split!r} of the source; "
                f"it has: {', '.join(self._paths)}"
            )
        return path

    def _is_jsonl(self, path: Path) -> bool:
        if self.settings.format != "auto":
            return self.settings.format == "jsonl"
        return path.name.removesuffix(".gz").lower().endswith(_JSONL)

    def _open(self, split: str) -> None:
        path = self._path(split)
        with self._lock:
            if str(path) not in self._lines:
                lines = LineFile(path)
                if self._is_jsonl(path):
                    self._ids[str(path)] = IdIndex(lines, self.settings.id_field)
                self._lines[str(path)] = lines

    @cached_property
    def _revision(self) -> str:
        files = {split: hash_file(path) for split, path in self._paths.items()}
        settings = self.settings.model_dump(include={"format", "field", "id_field", "column"})
        return f"{fingerprint(files=files, **settings)}/{CODE_VERSION}"

    @property
    def _source(self) -> str:
        if self.settings.column is not None:
            return f"column {self.settings.column} of the source"
        return ", ".join(path.name for path in self._paths.values())


def _translation(value: Any) -> Translation:
    if not isinstance(value, str) or not value.strip():
        return Translation(None, error="no_translation")
    return Translation(value)
