"""publish: filter-stage shards to a dataset folder."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from spanferry.data.errors import AccountingError, ConfigError
from spanferry.data.files import write_parquet, write_text
from spanferry.data.publish.card import CardInfo, Config, SplitSize, dataset_card
from spanferry.data.publish.features import Columns, columns, features, schema
from spanferry.data.publish.folder import close_folder, open_folder, read_manifest
from spanferry.data.publish.inventory import Inventory
from spanferry.data.publish.label_names import LabelNames
from spanferry.data.publish.rejected import rejected_rows, rejected_schema
from spanferry.data.publish.rows import published_rows
from spanferry.data.publish.shards import Progress, Shards, Split, load_shard, look
from spanferry.data.publish.summary import PublishSummary

ROWS_PER_FILE = 100_000
_SPLIT = re.compile(r"\w+(\.\w+)*")


@dataclass(frozen=True, slots=True)
class Publication:
    """What was published: the folder, its counts, and the rows of each of its tables."""

    path: Path
    summary: PublishSummary
    files: Mapping[str, int | None]


def check_split(name: str) -> None:
    """Raise ConfigError for a split name that `datasets` cannot load (`dev-test`, `all`)."""
    if not _SPLIT.fullmatch(name) or name == "all":
        raise ConfigError(
            f"split {name!r} cannot be published: a name is letters, digits and _, with single "
            "points between (train, dev_test), and not `all`"
        )


def publish(
    path: Path,
    shards: Shards,
    inventory: Inventory,
    card: CardInfo,
    *,
    label_names: Mapping[str, LabelNames] | None = None,
    manifest: Mapping[str, Any] | None = None,
    read: Mapping[str, int] | None = None,
    rows_per_file: int = ROWS_PER_FILE,
    progress: Progress = lambda rows: None,
) -> Publication:
    """Write the dataset: Parquet files, rejected records, the card, and last the manifest.

    The same shards give the same bytes, however the records are cut into shards.

    Args:
        path: the folder; new, empty, or of an earlier publication, which is replaced.
        shards: filter-stage tables by target language and split. Null is allowed in any column
            but `row`, and so is the absence of a column that no record reached.
        inventory: all labels of the corpus.
        card: what the card says besides the counts.
        label_names: what labels are called, by target language; the configuration of all languages
            has the names of the inventory.
        manifest: what `manifest.json` says under `run`, as JSON values.
        read: records of each split as the reader counted them, to be checked against.
        rows_per_file: records in a published file.
        progress: told of rows as they are counted and written; each row is told twice.

    Raises:
        ConfigError: the folder holds something else, or a split's name cannot be published.
        AccountingError: records or spans are not accounted for.
    """
    for splits in shards.values():
        for name in splits:
            check_split(name)
    read_manifest(path)  # refuses a folder that is not ours before the shards are looked at
    found = [
        look(language, name, parts, None if read is None else read.get(name, 0), progress)
        for language, splits in shards.items()
        for name, parts in splits.items()
    ]
    if not found:
        raise ConfigError("there is nothing to publish: no target language, or no split")
    summary = PublishSummary(
        {lang: {s.name: s.counts for s in found if s.language == lang} for lang in shards}
    )
    summary.check()
    names = columns(inventory, _scores(found))
    types = features(names)
    renamed = {lang: features(names, each) for lang, each in (label_names or {}).items()}
    planned = {name for split in found for name in split.files(rows_per_file)}
    open_folder(path, {"README.md", *planned, *(split.rejected_file for split in found)})
    files: dict[str, int | None] = {}
    for split in found:
        kind = schema(renamed.get(split.language, types))
        files.update(_write_published(path, split, names, kind, rows_per_file, progress))
        if split.dropped:
            files[split.rejected_file] = _write_rejected(path, split, progress)
    configs = _configs(path, found, rows_per_file, renamed)
    text = dataset_card(card, summary, names, types, configs, label_names or {})
    write_text(text, path / "README.md")
    files["README.md"] = None
    content = {"run": dict(manifest or {}), "inventory": inventory.to_json()}
    if label_names:
        content["label_names"] = {lang: each.to_json() for lang, each in label_names.items()}
    close_folder(path, files, {**content, "counts": summary.to_json()})
    return Publication(path, summary, files)


def _scores(splits: Sequence[Split]) -> list[str]:
    """The score columns of all shards, in the order in which they come."""
    named = (name for split in splits for each in split.schemas for name in each.names)
    return [name for name in dict.fromkeys(named) if name.startswith("score_")]


def _write_published(
    path: Path,
    split: Split,
    names: Columns,
    kind: pa.Schema,
    rows_per_file: int,
    progress: Progress,
) -> dict[str, int]:
    def tables() -> Iterator[pa.Table]:
        for shard in split.kept:
            table = published_rows(load_shard(shard), names, kind, split.language)
            progress(table.num_rows)
            yield table

    stream = _Stream(tables())
    files = split.files(rows_per_file)
    for name, rows in files.items():
        written = write_parquet(stream.take(rows), path / name, schema=kind)
        if written != rows:
            raise AccountingError(f"{name}: {rows} records to publish, {written} written")
    return files


def _write_rejected(path: Path, split: Split, progress: Progress) -> int:
    kind = rejected_schema(split.schemas)

    def tables() -> Iterator[pa.Table]:
        for shard in split.dropped:
            table = rejected_rows(load_shard(shard), kind)
            progress(table.num_rows)
            yield table

    written = write_parquet(tables(), path / split.rejected_file, schema=kind)
    if written != split.counts.rejected_total:
        raise AccountingError(
            f"{split.rejected_file}: {split.counts.rejected_total} records were rejected, "
            f"{written} written"
        )
    return written


class _Stream:
    """A stream of tables from which rows are taken, some at a time."""

    def __init__(self, tables: Iterator[pa.Table]) -> None:
        self._tables = tables
        self._rest: pa.Table | None = None

    def take(self, rows: int) -> Iterator[pa.Table]:
        """The next `rows` rows, or as many as there are."""
        while rows:
            table = self._rest if self._rest is not None else next(self._tables, None)
            if table is None:
                return
            here = table.slice(0, rows)
            self._rest = table.slice(rows) if table.num_rows > rows else None
            rows -= here.num_rows
            yield here


def _configs(
    path: Path, splits: Sequence[Split], rows_per_file: int, renamed: Mapping[str, Any]
) -> list[Config]:
    """The sizes of the published splits, a config a language.

    Where no split has a record, all are named nevertheless: with no config at all, `datasets` would
    go and find the files of `rejected/`.
    """
    found: dict[str, dict[str, SplitSize]] = {}
    for split in [each for each in splits if each.counts.published] or splits:
        files = [path / name for name in split.files(rows_per_file)]
        groups = [
            data.row_group(n)
            for data in map(pq.read_metadata, files)
            for n in range(data.num_row_groups)
        ]
        found.setdefault(split.language, {})[split.name] = SplitSize(
            rows=split.counts.published,
            bytes=sum(group.total_byte_size for group in groups),
            file_bytes=sum(file.stat().st_size for file in files),
        )
    return [Config(lang, sizes, renamed.get(lang)) for lang, sizes in found.items()]
