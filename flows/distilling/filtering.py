"""The pairs that are learnt from: the corpus is gone through once to measure and once to judge."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from spanferry.data.errors import AccountingError
from spanferry.data.files import read_parquet, write_parquet
from spanferry.data.fingerprint import fingerprint
from spanferry.data.manifest import Manifest
from spanferry.flows.distilling.shards import Shard
from spanferry.translators.distil.filtering import REASONS, Corpus, DistilFilter, Rules, measure
from spanferry.translators.distil.pairs import Digest

#: Raised when the same settings drop other pairs than before.
VERSION = 1
#: Folders of what is kept and of what is not.
KEPT, DROPPED = "kept", "dropped"
_FIELDS = [("source", pa.string()), ("target", pa.string()), ("score", pa.float32())]
_KEPT = pa.schema(_FIELDS)
_DROPPED = pa.schema([*_FIELDS, ("reason", pa.string())])


@dataclass(frozen=True, slots=True)
class Taught:
    """A shard with its translations.

    Args:
        shard: of the corpus.
        path: file of source texts and translations.
        mark: of everything that they depend on.
    """

    shard: Shard
    path: Path
    mark: str


@dataclass(frozen=True, slots=True)
class Kept:
    """What of a shard is learnt from.

    Args:
        file: relative to the work folder; columns source, target, score.
        rows: how many pairs.
        digest: of them.
        errors: texts that the teacher could not translate, by its reason.
        dropped: pairs that are not learnt from, by `filtering.REASONS`.
    """

    file: str
    rows: int
    digest: str
    errors: dict[str, int]
    dropped: dict[str, int]


@dataclass(frozen=True, slots=True)
class Filtered:
    """The whole corpus, filtered: its shards, and what was measured of it."""

    shards: tuple[Kept, ...]
    corpus: Corpus

    @property
    def rows(self) -> int:
        """Pairs that are learnt from."""
        return sum(shard.rows for shard in self.shards)

    def counts(self) -> tuple[dict[str, int], dict[str, int]]:
        """The teacher's errors and the dropped pairs, each by reason."""
        errors: Counter[str] = Counter()
        dropped: Counter[str] = Counter()
        for shard in self.shards:
            errors.update(shard.errors)
            dropped.update(shard.dropped)
        ordered = {reason: dropped[reason] for reason in REASONS if dropped[reason]}
        return dict(sorted(errors.items())), ordered


def filter_pairs(
    taught: Sequence[Taught],
    settings: DistilFilter,
    manifest: Manifest,
    start: Callable[[int], None] = lambda rows: None,
    progress: Callable[[int], None] = lambda rows: None,
) -> Filtered:
    """Judge all pairs; a shard whose pairs and limits are as before is not judged again.

    What is dropped is kept beside it, with the reason (`dropped/`). A text that the teacher could
    not translate is counted under its error and is in the teacher's shard.

    Args:
        start: is told how many pairs there are to judge, where there are any.
        progress: is told of pairs that were judged.

    Raises:
        AccountingError: pairs went missing.
    """
    rules = Rules(settings, _measure(taught, settings.drop_lowest, manifest))
    marks = [_mark(each, rules) for each in taught]
    todo = sum(
        each.shard.rows
        for each, mark in zip(taught, marks, strict=True)
        if manifest.done(_key(each), mark) is None
    )
    if todo:
        start(todo)
    shards = []
    for each, mark in zip(taught, marks, strict=True):
        entry = manifest.done(_key(each), mark)
        if entry is None:
            shards.append(_judge(each, mark, rules, manifest))
            progress(each.shard.rows)
        else:
            shards.append(Kept(**entry.facts["kept"]))
    return Filtered(tuple(shards), rules.corpus)


def _measure(taught: Sequence[Taught], drop_lowest: float, manifest: Manifest) -> Corpus:
    ratios = [np.empty(0, np.float32)]
    scores = [np.empty(0, np.float32)]
    for each in taught:
        table = _good(each)
        lengths = [
            pc.utf8_length(table.column(name)).to_numpy().astype(np.float32)
            for name in ("source", "target")
        ]
        ratios.append(lengths[1] / np.maximum(lengths[0], 1))
        scores.append(table.column("score").drop_null().to_numpy())
    return measure(np.concatenate(ratios), np.concatenate(scores), drop_lowest)


def _rows(taught: Taught) -> pa.Table:
    """Source, target, score and error of a shard, whether the teacher translated it or not."""
    table = read_parquet(taught.path)
    if not taught.shard.taught:
        return table.rename_columns(["source", "target", "score", "error"])
    empty = [pa.nulls(table.num_rows, kind) for kind in (pa.float32(), pa.string())]
    return table.append_column("score", empty[0]).append_column("error", empty[1])


def _good(taught: Taught) -> pa.Table:
    table = _rows(taught)
    return table.filter(pc.is_null(table.column("error"))).drop_columns(["error"])


def _mark(taught: Taught, rules: Rules) -> str:
    corpus = rules.corpus
    return fingerprint(
        version=VERSION,
        pairs=taught.mark,
        settings=rules.settings.model_dump(mode="json"),
        corpus=[corpus.median_ratio, corpus.lowest_score],
    )


def _key(taught: Taught) -> str:
    return f"filter/{taught.shard.digest[:16]}"


def _judge(taught: Taught, mark: str, rules: Rules, manifest: Manifest) -> Kept:
    table = _rows(taught)
    errors: Counter[str] = Counter()
    kept: list[tuple[str, str, float | None]] = []
    dropped: list[tuple[str, str, float | None, str]] = []
    digest = Digest()
    for source, target, score, error in _tuples(table):
        if error is not None:
            errors[error] += 1
            continue
        reason = rules.reason(source, target, score)
        if reason is None:
            kept.append((source, target, score))
            digest.add((source, target, score, None))
        else:
            dropped.append((source, target, score, reason))
    if errors.total() + len(kept) + len(dropped) != taught.shard.rows:
        raise AccountingError(
            f"filter: {taught.shard.rows} pairs in, {errors.total()} errors, {len(kept)} kept and "
            f"{len(dropped)} dropped"
        )
    name = f"{taught.shard.digest[:16]}-{mark[:12]}.parquet"
    _write(dropped, _DROPPED, manifest.folder / DROPPED / name)
    path = manifest.folder / KEPT / name
    _write(kept, _KEPT, path)
    found = Kept(
        file=f"{KEPT}/{name}",
        rows=len(kept),
        digest=digest.text(),
        errors=dict(errors),
        dropped=dict(Counter(reason for *_, reason in dropped)),
    )
    facts = {field: getattr(found, field) for field in Kept.__slots__}
    manifest.enter(_key(taught), mark, path, rows=len(kept), facts={"kept": facts})
    return found


def _tuples(table: pa.Table) -> Iterator[tuple[str, str, float | None, str | None]]:
    names = ("source", "target", "score", "error")
    yield from zip(*(table.column(name).to_pylist() for name in names), strict=True)


def _write(rows: Sequence[tuple[object, ...]], schema: pa.Schema, path: Path) -> None:
    columns = list(zip(*rows, strict=True)) or [() for _ in schema]
    arrays = [pa.array(column, field.type) for column, field in zip(columns, schema, strict=True)]
    write_parquet(pa.Table.from_arrays(arrays, schema=schema), path)
