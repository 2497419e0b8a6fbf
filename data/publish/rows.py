"""Filter-stage rows to rows of the published dataset, a column at a time."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from spanferry.data.columns import to_tuples
from spanferry.data.errors import AccountingError
from spanferry.data.publish.features import Columns
from spanferry.data.publish.nested import Exploded, codes, explode, implode, member, structs
from spanferry.data.publish.word_tags import token_columns

_ATTRIBUTES = pa.list_(pa.struct([("key", pa.string()), ("value", pa.string())]))


def published_rows(table: pa.Table, columns: Columns, schema: pa.Schema, language: str) -> pa.Table:
    """The rows without a rejection, as rows of the published dataset.

    Args:
        table: a filter-stage shard.
        columns: the names of the columns that depend on the corpus.
        schema: the published columns.
        language: the target language.

    Raises:
        AccountingError: a record to be published has no translation, or a label is not in the
            inventory.
    """
    table = table.filter(pc.is_null(table["rejection"])).combine_chunks()
    if table["translation"].null_count:
        at = pc.index(pc.is_null(table["translation"]), True).as_py()
        raise AccountingError(
            f"record {table['id'][at].as_py()!r} is to be published, but has no translation"
        )
    texts: list[str] = table["translation"].to_pylist()
    inventory = columns.inventory
    made: dict[str, pa.Array | pa.ChunkedArray] = {
        "id": table["id"],
        "text": table["translation"],
        "language": pa.array([language] * len(texts), pa.string()),
        "source_text": table["text"],
        "source_language": table["language"],
        "meta": table["meta"],
    }
    if inventory.span_labels:
        projected, source = explode(table["projected"]), explode(table["spans"])
        made["spans"] = _spans(projected, texts, inventory.span_labels)
        made["source_spans"] = _source_spans(source, inventory.span_labels)
        made["missing"] = _missing(explode(table["missing"]), source, inventory.span_labels)
    if inventory.token_labelled:
        made |= token_columns(table, texts, columns)
    if inventory.relation_labels:
        relations, lost = explode(table["projected_relations"]), explode(table["missing_relations"])
        made["relations"] = _relations(relations, inventory.relation_labels)
        reasons = {"reason": member(lost.values, "reason")}
        made["missing_relations"] = _relations(lost, inventory.relation_labels, **reasons)
    for name, column in columns.labels.items():
        values = pc.map_lookup(table["labels"].combine_chunks(), name, "last")
        made[column] = codes(values, inventory.record_labels[name], f"label {name!r}:")
    for name, column in columns.side_texts.items():
        texts_by_name = table["translated_side_texts"].combine_chunks()
        made[column] = pc.map_lookup(texts_by_name, name, "last")
    for name in ("translation_score", *columns.scores):
        there = name in table.column_names
        made[name] = table[name] if there else pa.nulls(len(texts), pa.float32())
    arrays = [made[field.name].cast(field.type) for field in schema]
    return pa.Table.from_arrays(arrays, schema=schema)


def _spans(projected: Exploded, texts: Sequence[str], labels: Sequence[str]) -> pa.Array:
    """`projected` with the text under each span, and the label as its class."""
    lengths, values = projected
    starts, ends = member(values, "start"), member(values, "end")
    parents = projected.parents().tolist()
    covered = [
        texts[row][start:end]
        for row, start, end in zip(parents, starts.to_pylist(), ends.to_pylist(), strict=True)
    ]
    fragments = explode(member(values, "fragments"))
    if len(fragments.values):
        parts = to_tuples(member(values, "fragments"))
        for at in np.flatnonzero(fragments.lengths).tolist():
            text = texts[parents[at]]
            # as Record.covered has it
            covered[at] = " ... ".join(text[int(a) : int(b)] for a, b in parts[at] or ())
    attributes = explode(member(values, "attributes").cast(_ATTRIBUTES))
    return implode(
        lengths,
        structs(
            id=member(values, "id"),
            start=starts,
            end=ends,
            text=pa.array(covered, pa.string()),
            label=codes(member(values, "label"), labels, "span label"),
            score=member(values, "score"),
            method=member(values, "method"),
            attributes=implode(*attributes),
            fragments=implode(*fragments),
        ),
    )


def _source_spans(source: Exploded, labels: Sequence[str]) -> pa.Array:
    lengths, values = source
    return implode(
        lengths,
        structs(
            id=member(values, "id"),
            start=member(values, "start"),
            end=member(values, "end"),
            label=codes(member(values, "label"), labels, "span label"),
            fragments=implode(*explode(member(values, "fragments"))),
        ),
    )


def _missing(missing: Exploded, source: Exploded, labels: Sequence[str]) -> pa.Array:
    """`missing` with the label of each source span."""
    lengths, values = missing
    ids = member(values, "source_span").to_pylist()
    label_of: dict[tuple[int, str], str] = {}
    if ids:  # most shards have none after the filter `complete`
        keys = zip(source.parents().tolist(), member(source.values, "id").to_pylist(), strict=True)
        label_of = dict(zip(keys, member(source.values, "label").to_pylist(), strict=True))
    named = [label_of.get(key) for key in zip(missing.parents().tolist(), ids, strict=True)]
    if None in named:
        raise AccountingError(f"missing span {ids[named.index(None)]!r} is no span of its record")
    return implode(
        lengths,
        structs(
            source_span=member(values, "source_span"),
            label=codes(pa.array(named, pa.string()), labels, "span label"),
            reason=member(values, "reason"),
        ),
    )


def _relations(relations: Exploded, labels: Sequence[str], **more: pa.Array) -> pa.Array:
    lengths, values = relations
    label = codes(member(values, "label"), labels, "relation label")
    head, tail = member(values, "head"), member(values, "tail")
    return implode(lengths, structs(head=head, tail=tail, label=label, **more))
