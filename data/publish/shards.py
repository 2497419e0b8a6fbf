"""The shards that a publication is made of, and a first look at them: counts and columns."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from spanferry.data.errors import AccountingError
from spanferry.data.files import read_parquet
from spanferry.data.publish.summary import SplitCounts, count_table

#: A filter-stage shard: a Parquet file, or a call that gives the table (when its columns lie in
#: several files). A shard is loaded up to three times, one at a time.
Shard = Path | Callable[[], pa.Table]
#: Shards by target language and split.
Shards = Mapping[str, Mapping[str, Sequence[Shard]]]
Progress = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class Split:
    """A split of a language after the first look at its shards.

    Args:
        language: target language.
        name: of the split.
        kept: shards with records to publish.
        dropped: shards with rejected records.
        counts: of all its shards.
        schemas: of the shards, each once, in order.
    """

    language: str
    name: str
    kept: tuple[Shard, ...]
    dropped: tuple[Shard, ...]
    counts: SplitCounts
    schemas: tuple[pa.Schema, ...]

    def files(self, rows_per_file: int) -> dict[str, int]:
        """Names and numbers of rows of the published files, none for no rows (`datasets` cannot
        load a split without rows)."""
        total = self.counts.published
        number = -(-total // rows_per_file)
        return {
            f"data/{self.language}/{self.name}-{at:05d}-of-{number:05d}.parquet": min(
                rows_per_file, total - at * rows_per_file
            )
            for at in range(number)
        }

    @property
    def rejected_file(self) -> str:
        """Name of the file of rejected records."""
        return f"rejected/{self.language}/{self.name}.parquet"


def load_shard(shard: Shard) -> pa.Table:
    """The table of a shard."""
    return read_parquet(shard) if isinstance(shard, Path) else shard()


def look(
    language: str, name: str, shards: Sequence[Shard], read: int | None, progress: Progress
) -> Split:
    """Count a split.

    Args:
        read: records of the split as the reader counted them, or None for not known.

    Raises:
        AccountingError: a record is there twice, or not all are there, or spans are not accounted
            for.
    """
    kept, dropped = [], []
    schemas: list[pa.Schema] = []
    counts = SplitCounts()
    seen: npt.NDArray[np.bool_] = np.zeros(0, bool)
    for shard in shards:
        table = load_shard(shard)
        here = count_table(table)
        seen = _mark(seen, table["row"].to_numpy(), f"{language}/{name}")
        counts += here
        if here.published:
            kept.append(shard)
        if here.rejected_total:
            dropped.append(shard)
        if table.schema not in schemas:
            schemas.append(table.schema)
        progress(table.num_rows)
    if read is not None and counts.read != read:
        raise AccountingError(
            f"{language}/{name}: {read} records were read, {counts.read} came to be published"
        )
    return Split(language, name, tuple(kept), tuple(dropped), counts, tuple(schemas))


def _mark(
    seen: npt.NDArray[np.bool_], rows: npt.NDArray[np.int64], where: str
) -> npt.NDArray[np.bool_]:
    """Mark rows as seen, one byte a row of the split; none may have been seen before."""
    if not len(rows):
        return seen
    if rows.max() >= len(seen):
        # doubled, so that growing costs little in all
        seen = np.concatenate([seen, np.zeros(max(len(seen), int(rows.max()) + 1), bool)])
    before = seen[rows]
    seen[rows] = True
    if before.any() or len(np.unique(rows)) != len(rows):
        values, number = np.unique(np.concatenate([rows, rows[before]]), return_counts=True)
        raise AccountingError(f"{where}: row {values[number > 1][0]} stands there twice")
    return seen
