"""Arrow list columns taken apart and put together, whole columns at a time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from spanferry.data.errors import AccountingError


class Exploded(NamedTuple):
    """A list column: the length of each row's list (0 for null) and the elements of all."""

    lengths: npt.NDArray[np.int64]
    values: pa.Array

    def parents(self) -> npt.NDArray[np.int64]:
        """The row of each element."""
        return np.repeat(np.arange(len(self.lengths)), self.lengths)


def column(table: pa.Table, name: str, kind: pa.DataType) -> pa.ChunkedArray:
    """A column of a table, null where the table does not have it or does not know its type."""
    if name not in table.column_names:
        return pa.chunked_array([pa.nulls(table.num_rows, kind)])
    found = table[name]
    return found.cast(kind) if pa.types.is_null(found.type) else found


def explode(column: pa.Array | pa.ChunkedArray) -> Exploded:
    """Take a column of lists apart; a null counts as an empty list."""
    array = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
    if isinstance(array, pa.ChunkedArray):  # a table without rows has no chunk at all
        array = pa.array([], column.type)
    lengths = pc.fill_null(pc.list_value_length(array), 0)
    return Exploded(lengths.to_numpy(zero_copy_only=False).astype(np.int64), array.flatten())


def implode(lengths: npt.NDArray[np.int64], values: pa.Array) -> pa.ListArray:
    """The inverse of `explode`, without nulls."""
    offsets = np.zeros(len(lengths) + 1, np.int32)
    np.cumsum(lengths, out=offsets[1:])
    return pa.ListArray.from_arrays(pa.array(offsets), values)


def member(structs: pa.Array, name: str) -> pa.Array:
    """One field of an array of structs."""
    return pc.struct_field(structs, name)


def structs(**fields: pa.Array) -> pa.StructArray:
    """An array of structs of these fields."""
    return pa.StructArray.from_arrays(list(fields.values()), list(fields))


def codes(labels: pa.Array, names: Sequence[str], what: str) -> pa.Array:
    """Positions of labels in the names of a class; null stays null.

    Raises:
        AccountingError: a label is not among the names.
    """
    found = pc.index_in(labels, pa.array(names, pa.string()), skip_nulls=True)
    if found.null_count != labels.null_count:
        strange = labels.filter(pc.and_(pc.is_null(found), pc.is_valid(labels)))
        raise AccountingError(f"{what} {strange[0].as_py()!r} is not in the inventory of labels")
    return found.cast(pa.int64())


def count(values: pa.Array | pa.ChunkedArray) -> dict[str, int]:
    """How often each value occurs, sorted by value."""
    counted = pc.value_counts(values)
    return dict(sorted((str(pair["values"]), pair["counts"].as_py()) for pair in counted))
