"""The read stage: the source as shards of records, and what could not be read.

Reading is one piece of work: it goes to a folder of its own under a temporary name and is renamed
when complete, so bad input with `on_error: stop` leaves nothing behind. A shard is known by the
hash of its bytes: when the corpus grows at its end, the shards before stay valid.
"""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import pyarrow as pa

from spanferry.data.errors import BadRecordsError, ConfigError, InputError
from spanferry.data.files import atomic_path, sha256_file, write_parquet
from spanferry.data.fingerprint import fingerprint
from spanferry.data.ids import IdSet
from spanferry.data.languages import base
from spanferry.data.manifest import Manifest
from spanferry.data.publish.inventory import Inventory
from spanferry.data.readers.base import Read, Reader
from spanferry.data.schema import (
    READ_FIELDS,
    READ_SCHEMA,
    SCHEMA_VERSION,
    record_to_row,
    schema,
)
from spanferry.flows.config import BaseConfig

_FOLDER = re.compile(r"read-[0-9a-f]{12}(\.partial)?")
#: Bad records that are listed before reading stops.
SHOWN_ERRORS = 10

REJECTED_SCHEMA = schema(
    [*READ_FIELDS, ("reason", pa.string()), ("detail", pa.string()), ("raw", pa.string())]
)


@dataclass(frozen=True, slots=True)
class Shard:
    """A shard of the source: `<split>-<number>`, its file, records, bytes and their hash."""

    split: str
    name: str
    file: str
    rows: int
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Source:
    """The source as it was read.

    Args:
        folder: where the shards are.
        shards: all of them, split by split, in order.
        rejected: the same of the records that could not be read.
        read: records by split, the rejected ones included.
        inventory: all labels that occur.
    """

    folder: Path
    shards: tuple[Shard, ...]
    rejected: tuple[Shard, ...]
    read: dict[str, int]
    inventory: Inventory

    @property
    def splits(self) -> tuple[str, ...]:
        """The splits, in the order of the source."""
        return tuple(self.read)


def source_fingerprint(config: BaseConfig, reader: Reader, limit: int | None) -> str:
    """What the read shards depend on: contents, and not the folder that they lie in."""
    settings: Any = config
    return fingerprint(
        schema=SCHEMA_VERSION,
        settings=settings.source.model_dump(mode="json", exclude={"path"}),
        content={split: reader.fingerprint(split) for split in reader.splits()},
        shard_records=config.run.shard_records,
        limit=limit,
    )


def read_source(
    config: BaseConfig,
    reader: Reader,
    manifest: Manifest,
    *,
    limit: int | None = None,
    progress: Callable[[int], None] = lambda rows: None,
) -> Source:
    """The source as shards; read only if it or its settings changed.

    Raises:
        BadRecordsError: bad input, where the configuration says to stop; nothing is written.
        ConfigError: the source holds no records at all.
    """
    wanted = source_fingerprint(config, reader, limit)
    entry = manifest.done("read", wanted)
    found = load_source((manifest.folder / entry.file).parent) if entry else None
    if found is None:
        folder = manifest.folder / f"read-{wanted[:12]}"
        partial = folder.with_name(folder.name + ".partial")
        for old in (folder, partial):
            shutil.rmtree(old, ignore_errors=True)
        partial.mkdir(parents=True)
        try:
            index = _read_into(partial, config, reader, limit, progress)
        except BaseException:
            shutil.rmtree(partial)
            raise
        with atomic_path(partial / "index.json") as path:
            path.write_text(json.dumps(index, ensure_ascii=False, indent=1), "utf-8")
        partial.rename(folder)
        rows = sum(index["read"].values())
        manifest.enter("read", wanted, folder / "index.json", rows=rows)
        for old in manifest.folder.iterdir():
            if _FOLDER.fullmatch(old.name) and old != folder:
                shutil.rmtree(old)
        found = load_source(folder)
        assert found is not None
    return found


def load_source(folder: Path) -> Source | None:
    """A source that has been read before; None where one of its files is gone or damaged."""
    try:
        index = json.loads((folder / "index.json").read_text("utf-8"))
        shards = [Shard(**shard) for shard in index["shards"]]
        rejected = [Shard(**shard) for shard in index["rejected"]]
        if any((folder / each.file).stat().st_size != each.size for each in (*shards, *rejected)):
            return None
        inventory = Inventory.from_json(index["inventory"])
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return Source(folder, tuple(shards), tuple(rejected), index["read"], inventory)


def _read_into(
    folder: Path,
    config: BaseConfig,
    reader: Reader,
    limit: int | None,
    progress: Callable[[int], None],
) -> dict[str, Any]:
    shards: list[Shard] = []
    rejected: list[Shard] = []
    read: dict[str, int] = {}
    inventory = Inventory()
    size = config.run.shard_records
    for split in reader.splits():
        with IdSet(folder / "ids.sqlite") as ids:
            items = checked(config, reader, split, ids, limit)
            counted = _counted(items, read, split, progress)
            for chunk in batched(counted, size):
                good = [_good_row(row, item) for row, item in chunk if item.record is not None]
                bad = [_bad_row(row, item) for row, item in chunk if item.record is None]
                if good:
                    number = sum(shard.split == split for shard in shards)
                    table = pa.Table.from_pylist(good, schema=READ_SCHEMA)
                    shards.append(_write(folder, split, f"{split}-{number:05d}", table))
                    inventory = inventory.merge(Inventory.from_table(table))
                if bad:
                    number = sum(shard.split == split for shard in rejected)
                    table = pa.Table.from_pylist(bad, schema=REJECTED_SCHEMA)
                    rejected.append(_write(folder, split, f"{split}-rejected-{number:05d}", table))
    check_any(read)
    return {
        "shards": [asdict(shard) for shard in shards],
        "rejected": [asdict(shard) for shard in rejected],
        "read": read,
        "inventory": inventory.to_json(),
    }


def _write(folder: Path, split: str, name: str, table: pa.Table) -> Shard:
    path = folder / f"{name}.parquet"
    rows = write_parquet(table, path)
    return Shard(split, name, path.name, rows, path.stat().st_size, sha256_file(path))


def check_any(read: Mapping[str, int]) -> None:
    """Refuse a source without records, counted by split.

    Raises:
        ConfigError: there is none.
    """
    if not any(read.values()):
        raise ConfigError("the source holds no records")


def checked(
    config: BaseConfig, reader: Reader, split: str, ids: IdSet, limit: int | None
) -> Iterator[Read]:
    """The items of a split with what only the corpus as a whole can tell: ids and language.

    Raises:
        BadRecordsError: there is bad input and the configuration says to stop.
    """
    source: Any = config
    stop = source.source.on_error == "stop"
    errors: list[InputError] = []
    for item in islice(reader.read(split), limit):
        error = item.error or _corpus_error(item, ids, source.source.language)
        if error is not None and stop:
            errors.append(error)
            if len(errors) == SHOWN_ERRORS:
                break
        elif error is not None:
            yield Read(item.origin, None, error)
        elif not errors:
            yield item
    if errors:
        listed = "\n".join(f"  {error}" for error in errors)
        many = "" if len(errors) == 1 else "s"
        more = " (and maybe more)" if len(errors) == SHOWN_ERRORS else ""
        raise BadRecordsError(
            f"{len(errors)} bad record{many}{more}; nothing was written. Mend the input, or set "
            f"source.on_error to reject:\n{listed}"
        )


def _corpus_error(item: Read, ids: IdSet, language: str) -> InputError | None:
    record = item.record
    assert record is not None
    first = ids.add(record.id, item.origin)
    if first is not None:
        detail = f"record id {record.id!r} was first seen at {first}"
        return InputError("duplicate_id", detail, origin=item.origin, raw=record.text)
    if base(record.language) != base(language):
        detail = f"record {record.id!r} is in {record.language!r}, the source in {language!r}"
        return InputError("wrong_language", detail, origin=item.origin, raw=record.text)
    return None


def _counted(
    items: Iterator[Read], read: dict[str, int], split: str, progress: Callable[[int], None]
) -> Iterator[tuple[int, Read]]:
    """Number the items and keep the count of the split, the only place where it is taken."""
    read[split] = 0
    for row, item in enumerate(items):
        read[split] += 1
        progress(1)
        yield row, item


def _good_row(row: int, item: Read) -> dict[str, Any]:
    assert item.record is not None
    return {"row": row, "origin": item.origin, **record_to_row(item.record)}


def _bad_row(row: int, item: Read) -> dict[str, Any]:
    assert item.error is not None
    error = item.error
    raw = error.raw.encode("utf-8", "backslashreplace").decode("utf-8")
    detail = error.detail.encode("utf-8", "backslashreplace").decode("utf-8")
    origin = item.origin
    return {"row": row, "origin": origin, "reason": error.reason, "detail": detail, "raw": raw}


def batched(items: Iterable[Any], size: int) -> Iterator[list[Any]]:
    """Lists of `size` items, the last one shorter (`itertools.batched` comes with Python 3.12)."""
    iterator = iter(items)
    while batch := list(islice(iterator, size)):
        yield batch
