"""The pairs that a student learns from, in a folder: written once, whole, and read as a stream.

<folder>/train-00000.parquet    pairs to learn from, in the order of a hash of their source
<folder>/held_out.parquet       pairs with the smallest hashes, to judge by
<folder>/facts.json             counts, where they come from, and a hash of all pairs
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from functools import cached_property
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from spanferry.data.errors import ConfigError

FACTS = "facts.json"
HELD_OUT = "held_out.parquet"
ROWS_PER_FILE = 50_000
#: Raised with every change of the files.
VERSION = 1

#: Which characters of the source go with which of the target.
LINK = pa.struct(
    [
        pa.field(name, pa.int32(), nullable=False)
        for name in ("source_start", "source_end", "target_start", "target_end")
    ]
)
SCHEMA = pa.schema(
    [
        pa.field("source", pa.string(), nullable=False),
        pa.field("target", pa.string(), nullable=False),
        pa.field("score", pa.float32()),
        pa.field("links", pa.list_(LINK)),
    ]
)


class PairStore:
    """The pairs in a folder that `pair_writer.write_pairs` has written.

    A row is `source` and `target`, `score` (the teacher's mean log-probability a sub-word, in nats;
    null where it told none) and `links` (word links as `LINK`, null where none were made).

    Raises:
        ConfigError: the folder holds none, or those of another version.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        try:
            self.facts: Mapping[str, Any] = json.loads((folder / FACTS).read_text("utf-8"))
        except (OSError, ValueError):
            self.facts = {}
        if self.facts.get("version") != VERSION:
            raise ConfigError(
                f"pairs: {str(folder)!r} holds no pairs ({FACTS} of version {VERSION}); "
                "write them anew"
            )

    @property
    def count(self) -> int:
        """How many pairs there are to learn from, those held out not among them."""
        return int(self.facts["train"])

    @property
    def digest(self) -> str:
        """A hash of all pairs and links, in hexadecimal."""
        return str(self.facts["digest"])

    @property
    def has_links(self) -> bool:
        """Whether words were linked."""
        return bool(self.facts["links"])

    @cached_property
    def files(self) -> tuple[Path, ...]:
        """The files of pairs to learn from, in order."""
        return tuple(sorted(self.folder.glob("train-*.parquet")))

    def whole(self) -> bool:
        """Whether all files are there, with as many pairs as were written."""
        try:
            rows = [pq.read_metadata(path).num_rows for path in self.files]
            held_out = pq.read_metadata(self.folder / HELD_OUT).num_rows
        except (OSError, pa.ArrowException):
            return False
        return bool(sum(rows) == self.count and held_out == self.facts["held_out"])

    def train(
        self, columns: list[str] | None = None, *, rows: int = 5_000
    ) -> Iterator[pa.RecordBatch]:
        """The pairs to learn from, batch by batch, always in the same order.

        Args:
            columns: all if unset.
            rows: most pairs of a batch.
        """
        for path in self.files:
            with pq.ParquetFile(path) as file:
                yield from file.iter_batches(batch_size=rows, columns=columns)

    def held_out(self) -> list[tuple[str, str]]:
        """The pairs to judge by: source and target."""
        with pq.ParquetFile(self.folder / HELD_OUT) as file:
            table = file.read(["source", "target"])
        sides = table.column("source").to_pylist(), table.column("target").to_pylist()
        return list(zip(*sides, strict=True))


class Digest:
    """A hash of rows that does not depend on how they are cut into batches or files."""

    def __init__(self) -> None:
        self._hash = hashlib.blake2b(digest_size=16)

    def add(self, row: tuple[str, str, float | None, Any]) -> None:
        """One row: source, target, score, links as tuples or None."""
        text = json.dumps(row, ensure_ascii=False, separators=(",", ":"))
        self._hash.update(text.encode("utf-8", "surrogatepass"))
        self._hash.update(b"\n")

    def text(self) -> str:
        """The hash in hexadecimal."""
        return self._hash.hexdigest()
