"""Rejected records: every column that a stage gave them, and why they were rejected on top."""

from __future__ import annotations

from collections.abc import Iterable

import pyarrow as pa
import pyarrow.compute as pc

_WHY = ("stage", "reason", "detail")


def rejected_schema(schemas: Iterable[pa.Schema]) -> pa.Schema:
    """The schema of a file of rejected records from the schemas of its shards.

    A record that could not be read lacks the columns of the later stages, and has some of its own.
    """
    kinds: dict[str, pa.DataType] = dict.fromkeys(_WHY, pa.string())
    for schema in schemas:
        for field in schema:
            if field.name != "rejection":
                kind = plain(field.type)
                known = kinds.setdefault(field.name, kind)
                if pa.types.is_null(known):
                    kinds[field.name] = kind
    return pa.schema(list(kinds.items()))


def plain(kind: pa.DataType) -> pa.DataType:
    """The type as the file of rejected records has it.

    Maps become lists of `key` and `value`, as `datasets` has no maps. Elements of lists get their
    default name: a column made in memory calls them `item`, and `element` once it was in a file,
    and the published bytes are not to depend on that.
    """
    if pa.types.is_map(kind):
        return pa.list_(
            pa.struct([("key", plain(kind.key_type)), ("value", plain(kind.item_type))])
        )
    if pa.types.is_list(kind):
        return pa.list_(plain(kind.value_type))
    if pa.types.is_struct(kind):
        return pa.struct([(field.name, plain(field.type)) for field in kind])
    return kind


def rejected_rows(table: pa.Table, schema: pa.Schema) -> pa.Table:
    """The rows with a rejection, as rows of `schema`; columns that are not there are null."""
    table = table.filter(pc.is_valid(table["rejection"])).combine_chunks()
    made = []
    for field in schema:
        if field.name in _WHY:
            column = pc.struct_field(table["rejection"], field.name)
        elif field.name in table.column_names:
            column = table[field.name]
        else:
            column = pa.nulls(table.num_rows, field.type)
        made.append(column.cast(field.type))
    return pa.Table.from_arrays(made, schema=schema)
