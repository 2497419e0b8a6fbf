"""Translations that the user brings: a second file beside the corpus, or a column of it."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from itertools import islice
from pathlib import Path
from typing import Any

from spanferry.data.backends import BackendInfo
from spanferry.data.errors import ConfigError
from spanferry.data.fingerprint import fingerprint
from spanferry.data.records import Record
from spanferry.translators.base import TranslatedRecord, Translation
from spanferry.translators.blank import is_blank
from spanferry.translators.id_index import IdIndex
from spanferry.translators.line_file import LineFile, hash_file
from spanferry.translators.parallel_settings import TARGET, ParallelTranslatorSettings

CODE_VERSION = "2"
_JSONL = (".jsonl", ".ndjson")
#: Records of a batch from which on it is suspicious that not one has a translation.
SUSPICIOUS_BATCH = 20


class ParallelTranslator:
    """Translations of your own: a file beside the source, or a column of it.

    - `lines`: line n of the file belongs to record n of the split, counted over all records of
      the source, rejected ones included. Side texts cannot be given this way.
    - `jsonl`: `{"id": "17", "translation": "...", "side_texts": {"question": "..."}}` in any order;
      objects that no record asks for are ignored. Ids are unique in their split only, so several
      splits need a file each here too.
    - `column`: `meta["text_pt"]`; a side text `question` is in `meta["text_pt_question"]`.

    A record whose translation is not there or blank (`is_blank`) gets the error `no_translation`,
    one whose line is no UTF-8 `bad_encoding`. The first batch of `SUSPICIOUS_BATCH` or more records
    without a single translation is logged as a warning, with what was looked for and what is
    there. A segment covers the whole text: which sentence became which is not known.
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
        self._warned: set[str] = set()

    @classmethod
    def check_targets(cls, settings: ParallelTranslatorSettings, targets: Sequence[str]) -> None:
        """Check that each target language has a place of its own.

        Raises:
            ConfigError: several targets, and a file or the column is the same for all of them.
        """
        if len(targets) < 2:
            return
        if settings.column is not None:
            key, places = "column", [settings.column]
        else:
            path = settings.path
            key, places = "path", [path] if isinstance(path, str) else [*(path or {}).values()]
        shared = next((place for place in places if TARGET not in place), None)
        if shared is not None:
            raise ConfigError(
                f"translate.{key}: {shared!r} is the same for the targets {', '.join(targets)}; "
                f"write {TARGET} where the language stands in the name"
            )

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

    def check(self, rows: Mapping[str, int], *, partial: bool = False) -> None:
        """Compare with the splits and their numbers of records, before anything is built.

        With `partial`, a file of lines may have more lines than there are records.

        Raises:
            ConfigError: a split has no file, or none of its own; a file of lines has not one line
                a record, or a JSONL file no object, or none with the field of the translation.
            InputError: see `IdIndex`.
        """
        if self.settings.column is not None:
            return
        self._refuse_shared(rows)
        for split, count in rows.items():
            path = self._path(split)
            self._open(split)
            if self._is_jsonl(path):
                self._check_objects(split, count)
                continue
            lines = len(self._lines[str(path)])
            if lines < count or (lines > count and not partial):
                raise ConfigError(
                    f"{str(path)!r} has {lines} lines and the split {split!r} of the source "
                    f"{'at least ' if partial else ''}{count} records; "
                    "one line a record is needed"
                )

    def _refuse_shared(self, splits: Iterable[str]) -> None:
        """Refuse one file for several splits: lines and ids both start anew in each."""
        users: dict[Path, list[str]] = {}  # by where the file really lies
        for split in splits:
            users.setdefault(self._path(split).resolve(), []).append(split)
        for names in users.values():
            if len(names) > 1:
                path = self._path(names[0])
                kind = "JSONL" if self._is_jsonl(path) else "lines"
                files = ", ".join(f"{name}: FILE" for name in names)
                raise ConfigError(
                    f"translate.path gives one file of {kind}, {str(path)!r}, for the splits "
                    f"{', '.join(names)}; give a file for each: path: {{{files}}}"
                )

    def _check_objects(self, split: str, count: int) -> None:
        path, index = self._path(split), self._ids[str(self._path(split))]
        if any(field in found for _, found in index for field in self._fields):
            return
        first = next(iter(index), None)
        if first is not None:
            raise ConfigError(
                f"no object in {str(path)!r} has the field {_either(self._fields)} of the "
                f"translation (translate.field); the first object has: {_some(first[1], 20)}"
            )
        if count:
            raise ConfigError(
                f"{str(path)!r} has no objects and the split {split!r} of the source has records"
            )

    def translate_records(
        self, records: Sequence[Record], rows: Sequence[int], split: str
    ) -> list[TranslatedRecord]:
        """See `Translator.translate_records`."""
        done = [
            self._look_up(record, row, split) for record, row in zip(records, rows, strict=True)
        ]
        if len(done) >= SUSPICIOUS_BATCH and all(item.text.text is None for item in done):
            self._warn(records, rows, split)
        return done

    def _warn(self, records: Sequence[Record], rows: Sequence[int], split: str) -> None:
        """Tell once for each file or column what was looked for and what is there."""
        column = self._column
        place = f"column {column!r}" if column is not None else repr(str(self._path(split)))
        with self._lock:
            if place in self._warned:
                return
            self._warned.add(place)
        if column is not None:
            wanted = ""
            there = f"the meta of the first record has the keys: {_some(records[0].meta, 20)}"
        elif self._is_jsonl(self._path(split)):
            index = self._ids[str(self._path(split))]
            wanted = f"; ids looked for: {_some([record.id for record in records])}"
            there = f"ids in the file: {_some([name for name, _ in islice(index, 4)])}"
        else:
            wanted = f"; lines looked for: {_some([row + 1 for row in rows])}"
            there = f"the file has {len(self._lines[str(self._path(split))])} lines"
        logging.getLogger("spanferry").warning(
            "parallel: of %d records of the split %r not one has a translation in %s%s; %s",
            *(len(records), split, place, wanted, there),
        )

    def _look_up(self, record: Record, row: int, split: str) -> TranslatedRecord:
        name = self._column
        if name is not None:
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
        value = next((found[field] for field in self._fields if field in found), None)
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

    @property
    def _fields(self) -> tuple[str, ...]:
        """Fields of JSONL where the translation may stand, the first that is there counts."""
        field = self.settings.field
        return ("translation", "text") if field is None else (field,)

    @property
    def _column(self) -> str | None:
        column = self.settings.column
        return None if column is None else column.replace(TARGET, self.target_language)

    @cached_property
    def _paths(self) -> dict[str, Path]:
        """Files by split; under the empty name where one file serves all."""
        path = self.settings.path
        given = {"": path} if isinstance(path, str) else path or {}
        return {
            split: Path(name.replace(TARGET, self.target_language)).expanduser()
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
    if not isinstance(value, str) or is_blank(value):
        return Translation(None, error="no_translation")
    return Translation(value)


def _either(names: Iterable[str]) -> str:
    return " or ".join(map(repr, names))


def _some(names: Iterable[object], most: int = 3) -> str:
    """The first names, and a mark where there are more."""
    listed = list(names)
    shown = ", ".join(map(repr, listed[:most]))
    return f"{shown}, ..." if len(listed) > most else shown or "none"
