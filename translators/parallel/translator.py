"""The backend `parallel`: which file holds the translations of which split, and how to look."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from pathlib import Path

from spanferry.data.backends import BackendInfo
from spanferry.data.errors import ConfigError
from spanferry.data.fingerprint import fingerprint
from spanferry.data.readers.hf_load import hash_rows
from spanferry.data.records import Record
from spanferry.translators.base import TranslatedRecord
from spanferry.translators.parallel.base import Lookup, about
from spanferry.translators.parallel.formats import Place, open_datasets, open_place
from spanferry.translators.parallel.line_file import hash_file
from spanferry.translators.parallel.settings import TARGET, ParallelTranslatorSettings
from spanferry.translators.parallel.simple import ColumnLookup

#: Raised when the files here give other translations of the same input than before.
CODE_VERSION = "3"
#: Records of a batch from which on it is suspicious that hardly one has a translation.
SUSPICIOUS_BATCH = 20


class ParallelTranslator:
    """Translations of your own: bitext, TMX, JSONL, a dataset, a file of lines, or a column.

    By the text of the record, whole or sentence by sentence (see `TextLookup`):

    - `moses`: line n of `path` is the translation of line n of `source_path`;
    - `tmx`: the units of a translation memory;
    - `jsonl` with `source_field`: `{"en": "One.", "pt": "Um."}` in any order;
    - `datasets`: a column of the type `Translation` or `TranslationVariableLanguages`, or two of
      strings.

    By its place or its id:

    - `lines`: line n of the file belongs to record n of the split, counted over all records of
      the source, rejected ones included. Side texts cannot be given this way.
    - `jsonl`: `{"id": "17", "translation": "...", "side_texts": {"question": "..."}}` in any order;
      objects that no record asks for are ignored. Ids are unique in their split only, so several
      splits need a file each here too.
    - `datasets` with `id_field`: the same in columns.
    - `column`: `meta["text_pt"]`; a side text `question` is in `meta["text_pt_question"]`.

    A record whose translation is not there or blank (`is_blank`) gets the error `no_translation`,
    one whose line is no UTF-8 `bad_encoding`. The first batch of `SUSPICIOUS_BATCH` or more records
    of which less than a tenth have a translation is logged as a warning, with what was looked for
    and what is there. A segment covers the whole text, or each sentence where sentences were
    looked up.
    """

    Settings = ParallelTranslatorSettings

    def __init__(
        self, settings: ParallelTranslatorSettings, *, source_language: str, target_language: str
    ) -> None:
        self.settings = settings
        self.source_language = source_language
        self.target_language = target_language
        self._lock = threading.Lock()
        self._lookups: dict[Place, Lookup] = {}
        self._warned: set[str] = set()

    @classmethod
    def check_targets(cls, settings: ParallelTranslatorSettings, targets: Sequence[str]) -> None:
        """Check that each target language has a place of its own.

        Raises:
            ConfigError: several targets, and a file or the column is the same for all of them.
        """
        if len(targets) < 2 or any(
            TARGET in (name or "") for name in (settings.field, settings.config, settings.split)
        ):
            return
        if settings.column is not None:
            key, places = "column", [settings.column]
        else:
            path = settings.path
            every = [path] if isinstance(path, str) else [*(path or {}).values()]
            # these hold any number of languages
            places = [
                one
                for one, format in zip(every, settings.formats(), strict=True)
                if format != "tmx" and not (format == "datasets" and settings.field is None)
            ]
            key = "path"
        also = ", or in translate.field" if {"jsonl", "datasets"} & {*settings.formats()} else ""
        shared = next((place for place in places if TARGET not in place), None)
        if shared is not None:
            raise ConfigError(
                f"translate.{key}: {shared!r} is the same for the targets {', '.join(targets)}; "
                f"write {TARGET} where the language stands in the name{also}"
            )

    @property
    def by_text(self) -> bool:
        """Whether translations are found by the source text alone, so that any text may be asked
        for; see `strings.translate_strings`."""
        settings = self.settings
        return settings.column is None and all(
            kind in {"moses", "tmx"}
            or (kind == "jsonl" and settings.source_field is not None)
            or (kind == "datasets" and settings.id_field is None)
            for kind in settings.formats()
        )

    @property
    def info(self) -> BackendInfo:
        """Its revision holds a hash of the files; reading them happens once."""
        return BackendInfo("parallel", self._revision, source=self._source)

    def setup(self) -> None:
        """Open the files and make their indexes.

        Raises:
            ConfigError: a file cannot be read, or lacks a language, field or column.
            InputError: a file is broken, see the formats.
        """
        for place in self._places.values():
            with about("path"):
                self._open(place).prepare()

    def check(self, rows: Mapping[str, int], *, partial: bool = False) -> None:
        """Compare with the splits and their numbers of records, before anything is built.

        With `partial`, a file of lines may have more lines than there are records.

        Raises:
            ConfigError: a split has no file, or none of its own where it needs one; or a file
                does not go with the source, see `Lookup.check`.
            InputError: a file is broken, see the formats.
        """
        with about("path"):
            if self.settings.column is None:
                self._refuse_shared(rows)
            for split, count in rows.items():
                self._lookup(split).check(split, count, partial=partial)

    def _refuse_shared(self, splits: Iterable[str]) -> None:
        """Refuse one file for several splits where lines or ids start anew in each."""
        users: dict[Path, list[str]] = {}  # by where the file really lies
        for split in splits:
            users.setdefault(Path(self._place(split).path).resolve(), []).append(split)
        for names in users.values():
            kind = self._lookup(names[0]).one_split if len(names) > 1 else ""
            if kind:
                files = ", ".join(f"{name}: FILE" for name in names)
                raise ConfigError(
                    f"translate.path gives one file of {kind}, {self._place(names[0]).path!r}, "
                    f"for the splits {', '.join(names)}; give a file for each: path: {{{files}}}"
                )

    def translate_records(
        self, records: Sequence[Record], rows: Sequence[int], split: str
    ) -> list[TranslatedRecord]:
        """See `Translator.translate_records`."""
        lookup = self._lookup(split)
        done = [lookup.find(record, row, split) for record, row in zip(records, rows, strict=True)]
        found = sum(item.text.text is not None for item in done)
        if len(done) >= SUSPICIOUS_BATCH and found * 10 < len(done):
            self._warn(lookup, records, rows, split, found)
        return done

    def _warn(
        self,
        lookup: Lookup,
        records: Sequence[Record],
        rows: Sequence[int],
        split: str,
        found: int,
    ) -> None:
        """Tell once for each file or column what was looked for and what is there."""
        column = self._column
        place = f"column {column!r}" if column is not None else repr(self._place(split).path)
        with self._lock:
            if place in self._warned:
                return
            self._warned.add(place)
        wanted, there = lookup.tell(records, rows, split)
        logging.getLogger("spanferry").warning(
            "parallel: of %d records of the split %r %s a translation in %s%s; %s",
            *(len(records), split, f"only {found} have" if found else "not one has"),
            *(place, wanted, there),
        )

    @property
    def _column(self) -> str | None:
        column = self.settings.column
        return None if column is None else column.replace(TARGET, self.target_language)

    @cached_property
    def _places(self) -> dict[str, Place]:
        """Where to look by split; under the empty name where one place serves all."""
        return Place.all_of(self.settings, self.target_language)

    def _place(self, split: str) -> Place:
        place = self._places.get("") or self._places.get(split)
        if place is None:
            raise ConfigError(
                f"translate.path has no file for the split {split!r} of the source; "
                f"it has: {', '.join(self._places)}"
            )
        return place

    def _lookup(self, split: str) -> Lookup:
        column = self._column
        return ColumnLookup(column) if column is not None else self._open(self._place(split))

    def _open(self, place: Place) -> Lookup:
        with self._lock:
            if place not in self._lookups:
                languages = (self.source_language, self.target_language)
                self._lookups[place] = open_place(place, self.settings, languages)
            return self._lookups[place]

    @cached_property
    def _revision(self) -> str:
        files: dict[str, object] = {}
        for split, place in self._places.items():
            with about("path"):
                if place.format == "datasets":
                    found = open_datasets(place, self.settings, self.target_language)
                    files[split] = {name: hash_rows(one) for name, one in found.items()}
                else:
                    files[split] = [hash_file(Path(name)) for name in place.files()]
        settings = self.settings.model_dump(exclude={"path", "source_path", "revision", "config"})
        languages = [self.source_language, self.target_language]
        return f"{fingerprint(files=files, languages=languages, **settings)}/{CODE_VERSION}"

    @property
    def _source(self) -> str:
        if self.settings.column is not None:
            return f"column {self.settings.column} of the source"
        return ", ".join(place.name() for place in self._places.values())
