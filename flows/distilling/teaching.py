"""The teacher at work: each shard of texts translated, once.

A translation depends on the teacher and on the texts of its shard, and is kept by both: another
filter or student translates nothing again, and an earlier teacher's translations are found again.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
from pydantic import BaseModel

from spanferry.data import backends
from spanferry.data.backends import BackendInfo
from spanferry.data.errors import AccountingError, ConfigError
from spanferry.data.files import read_parquet, write_parquet
from spanferry.data.fingerprint import fingerprint
from spanferry.data.manifest import Manifest
from spanferry.data.records import Record
from spanferry.flows.distilling.config import DistilConfig
from spanferry.flows.distilling.shards import Shard, work_on
from spanferry.flows.units import settings_that_matter
from spanferry.translators import TRANSLATORS
from spanferry.translators.base import TranslatedRecord, Translator
from spanferry.translators.parallel.settings import ParallelTranslatorSettings

#: Raised with every change of what is stored.
VERSION = 1
FOLDER = "translations"
_SCHEMA = pa.schema(
    [
        ("text", pa.string()),
        ("translation", pa.string()),
        ("score", pa.float32()),
        ("error", pa.string()),
    ]
)


class Teacher:
    """The teacher of a configuration; `info` is cheap, and it is loaded when it has to work.

    Raises:
        ConfigError: it finds translations by the place or the id of a record, which a sentence of
            the corpus has not.
    """

    def __init__(self, config: DistilConfig) -> None:
        settings: Any = config.teacher
        assert settings is not None
        _check_findable(settings)
        self._settings, self._language = settings, config.source
        made = backends.load("translators", settings.backend, TRANSLATORS)
        self._translator: Translator = made(
            settings, source_language=config.source, target_language=config.target
        )
        self._mark = fingerprint(
            version=VERSION,
            backend=[self.info.name, self.info.revision],
            settings=settings_that_matter(settings),
            languages=[config.source, config.target],
        )

    @property
    def info(self) -> BackendInfo:
        """What identifies the teacher."""
        return self._translator.info

    @property
    def mark(self) -> str:
        """A hash of everything that its translations depend on, but for the texts."""
        return self._mark

    def set_up(self) -> None:
        """Load it.

        Raises:
            ConfigError, MissingExtraError: it cannot run here.
        """
        self._translator.setup()

    def translate(self, texts: Sequence[str]) -> pa.Table:
        """Texts with their translations, scores and errors, in order.

        Raises:
            AccountingError: it gave more or fewer translations than it was given texts.
        """
        records = [Record(str(k), text, self._language) for k, text in enumerate(texts)]
        found = self._translator.translate_records(records, range(len(records)), "train")
        if len(found) != len(records):
            raise AccountingError(
                f"{self.info.name} gave {len(found)} translations of {len(records)} texts"
            )
        rows = [_row(text, result) for text, result in zip(texts, found, strict=True)]
        return pa.Table.from_pylist(rows, schema=_SCHEMA)


def _row(text: str, result: TranslatedRecord) -> dict[str, Any]:
    found = result.text
    error = found.error or ("no_translation" if found.text is None else None)
    score = None if error else found.score
    return {
        "text": text,
        "translation": None if error else found.text,
        "score": score,
        "error": error,
    }


def teach(
    shards: Sequence[Shard],
    teacher: Teacher,
    config: DistilConfig,
    manifest: Manifest,
    start: Callable[[int], None] = lambda rows: None,
    progress: Callable[[int], None] = lambda rows: None,
) -> int:
    """Translate the shards of texts that have not been; returns how many were.

    A kill costs the shards that are at work.

    Args:
        start: is told how many texts are to be translated, where there are any.
        progress: is told of texts that were.
    """
    pending = [each for each in shards if not each.taught and not _done(each, teacher, manifest)]
    if not pending:
        return 0
    start(sum(shard.rows for shard in pending))
    teacher.set_up()

    def work(shard: Shard) -> None:
        began = time.perf_counter()
        texts = read_parquet(manifest.folder / shard.file, ["source"]).column("source").to_pylist()
        path = translations_path(manifest.folder, shard, teacher)
        path.parent.mkdir(parents=True, exist_ok=True)
        rows = write_parquet(teacher.translate(texts), path)
        took = time.perf_counter() - began
        manifest.enter(_key(shard, teacher), _mark(shard, teacher), path, rows=rows, seconds=took)
        progress(rows)

    work_on(pending, work, workers=config.run.workers, retries=config.run.retries)
    return len(pending)


def translations_path(folder: Path, shard: Shard, teacher: Teacher) -> Path:
    """Where the translations of a shard of texts are, or will be."""
    return folder / FOLDER / f"{shard.digest[:16]}-{_mark(shard, teacher)[:12]}.parquet"


def _mark(shard: Shard, teacher: Teacher) -> str:
    return fingerprint(teacher=teacher.mark, texts=shard.digest)


def _key(shard: Shard, teacher: Teacher) -> str:
    return f"teach/{shard.digest[:16]}-{_mark(shard, teacher)[:12]}"


def _done(shard: Shard, teacher: Teacher, manifest: Manifest) -> bool:
    return manifest.done(_key(shard, teacher), _mark(shard, teacher)) is not None


def _check_findable(settings: Any) -> None:
    """Refuse given translations that are found by anything but the text, wherever they are named.

    Raises:
        ConfigError: see `Teacher`.
    """
    if isinstance(settings, ParallelTranslatorSettings):
        by_text = settings.column is None and settings.id_field is None
        for kind in settings.formats() if by_text else ():
            by_text &= kind != "lines" and (kind != "jsonl" or settings.source_field is not None)
        if not by_text:
            raise ConfigError(
                "teacher: the backend 'parallel' must find translations by the source text here "
                "(source_path, source_field or a TMX file): a sentence has no place, id or meta; "
                "pairs take two files that run line by line, too"
            )
    for name in type(settings).model_fields:
        value = getattr(settings, name)
        if isinstance(value, BaseModel):
            _check_findable(value)
