"""Lists of number tuples to Arrow list columns and back, without a Python object a field.

Words and links are by far the most numerous values of a shard; as lists of dictionaries they
would cost more time than aligning them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import chain
from typing import Any

import numpy as np
import pyarrow as pa


def from_tuples(rows: Sequence[Sequence[tuple[Any, ...]] | None], kind: pa.ListType) -> pa.Array:
    """A list-of-struct column of numbers; a row is a sequence of tuples in field order, or None.

    >>> from spanferry.data.schema import RANGE
    >>> from_tuples([[(0, 2)], None], pa.list_(RANGE)).to_pylist()
    [[{'start': 0, 'end': 2}], None]
    """
    fields = [kind.value_type.field(i) for i in range(kind.value_type.num_fields)]
    lengths = np.fromiter((0 if row is None else len(row) for row in rows), np.int32, len(rows))
    offsets = np.zeros(len(rows) + 1, np.int32)
    np.cumsum(lengths, out=offsets[1:])
    flat = list(chain.from_iterable(row for row in rows if row))
    parts: Iterable[tuple[Any, ...]] = zip(*flat, strict=True) if flat else [() for _ in fields]
    values = pa.StructArray.from_arrays(
        [
            pa.array(np.array(part, dtype=field.type.to_pandas_dtype()), field.type)
            for part, field in zip(parts, fields, strict=True)
        ],
        fields=fields,
    )
    empty = np.fromiter((row is None for row in rows), bool, len(rows))
    mask = pa.array(empty) if empty.any() else None
    return pa.ListArray.from_arrays(pa.array(offsets), values, type=kind, mask=mask)


def to_tuples(column: pa.Array | pa.ChunkedArray) -> list[list[Any] | None]:
    """The inverse of `from_tuples`.

    >>> from spanferry.data.schema import RANGE
    >>> to_tuples(pa.array([[{"start": 0, "end": 2}], None], pa.list_(RANGE)))
    [[(0, 2)], None]
    """
    array = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
    if isinstance(array, pa.ChunkedArray):  # no chunk at all
        return []
    flat = list(zip(*(part.to_pylist() for part in array.flatten().flatten()), strict=True))
    lengths = array.value_lengths().to_pylist()
    rows: list[list[Any] | None] = []
    at = 0
    for length in lengths:
        if length is None:
            rows.append(None)
        else:
            rows.append(flat[at : at + length])
            at += length
    return rows
