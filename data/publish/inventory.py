"""The labels that a corpus has, which decide the columns and classes of the published dataset."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from spanferry.data.publish.nested import explode, member


@dataclass(frozen=True, slots=True)
class Inventory:
    """All labels that occur in a corpus; every sequence is sorted and holds no value twice.

    Args:
        span_labels: labels of spans.
        relation_labels: labels of relations.
        record_labels: values of each record-level label by its name.
        side_texts: names of the side texts.
        token_labelled: whether any record came with its own words.
    """

    span_labels: tuple[str, ...] = ()
    relation_labels: tuple[str, ...] = ()
    record_labels: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    side_texts: tuple[str, ...] = ()
    token_labelled: bool = False

    @classmethod
    def from_table(cls, table: pa.Table) -> Inventory:
        """The inventory of a table with the columns of `READ_SCHEMA`."""
        names, values = _pairs(table["labels"])
        found: dict[str, set[str]] = {}
        for name, value in set(zip(names.to_pylist(), values.to_pylist(), strict=True)):
            found.setdefault(name, set()).add(value)
        return cls(
            span_labels=_distinct(member(explode(table["spans"]).values, "label")),
            relation_labels=_distinct(member(explode(table["relations"]).values, "label")),
            record_labels={name: tuple(sorted(found[name])) for name in sorted(found)},
            side_texts=_distinct(_pairs(table["side_texts"])[0]),
            token_labelled=table["tokens"].null_count < table.num_rows,
        )

    def merge(self, other: Inventory) -> Inventory:
        """Everything that occurs in one of the two."""
        names = sorted({*self.record_labels, *other.record_labels})
        return Inventory(
            _union(self.span_labels, other.span_labels),
            _union(self.relation_labels, other.relation_labels),
            {
                name: _union(self.record_labels.get(name, ()), other.record_labels.get(name, ()))
                for name in names
            },
            _union(self.side_texts, other.side_texts),
            self.token_labelled or other.token_labelled,
        )

    def to_json(self) -> dict[str, Any]:
        """The inventory as JSON values."""
        return {
            "span_labels": list(self.span_labels),
            "relation_labels": list(self.relation_labels),
            "record_labels": {name: list(values) for name, values in self.record_labels.items()},
            "side_texts": list(self.side_texts),
            "token_labelled": self.token_labelled,
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Inventory:
        """The inverse of `to_json`."""
        return cls(
            tuple(data["span_labels"]),
            tuple(data["relation_labels"]),
            {name: tuple(values) for name, values in data["record_labels"].items()},
            tuple(data["side_texts"]),
            bool(data["token_labelled"]),
        )

    def tags(self) -> tuple[str, ...]:
        """The IOB2 tags of the span labels, see `tags_of`."""
        return tags_of(self.span_labels)

    def labels(self) -> tuple[str, ...]:
        """All labels: of spans, of relations and of records."""
        values = (value for values in self.record_labels.values() for value in values)
        return tuple(sorted({*self.span_labels, *self.relation_labels, *values}))


def tags_of(labels: Iterable[str]) -> tuple[str, ...]:
    """The IOB2 tags of labels: `O`, then `B-` and `I-` of each label."""
    return ("O", *(f"{kind}-{label}" for label in labels for kind in "BI"))


def _pairs(column: pa.ChunkedArray) -> tuple[pa.Array, pa.Array]:
    """All keys and values of a column of maps."""
    kind = pa.list_(pa.struct([("key", pa.string()), ("value", pa.string())]))
    values = explode(column.cast(kind)).values
    return member(values, "key"), member(values, "value")


def _distinct(values: pa.Array) -> tuple[str, ...]:
    return tuple(sorted(pc.unique(values).drop_null().to_pylist()))


def _union(one: tuple[str, ...], other: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(sorted({*one, *other}))
