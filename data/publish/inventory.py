"""The labels that a corpus has, which decide the columns and classes of the published dataset."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
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
        word_tags: tags of words by the name of their layer.
    """

    span_labels: tuple[str, ...] = ()
    relation_labels: tuple[str, ...] = ()
    record_labels: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    side_texts: tuple[str, ...] = ()
    token_labelled: bool = False
    word_tags: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @classmethod
    def from_table(cls, table: pa.Table) -> Inventory:
        """The inventory of a table with the columns of `READ_SCHEMA`."""
        return cls(
            span_labels=_distinct(member(explode(table["spans"]).values, "label")),
            relation_labels=_distinct(member(explode(table["relations"]).values, "label")),
            record_labels=_by_name(*_pairs(table["labels"])),
            side_texts=_distinct(_pairs(table["side_texts"])[0]),
            token_labelled=table["tokens"].null_count < table.num_rows,
            word_tags=_word_tags(table["word_tags"]),
        )

    def merge(self, other: Inventory) -> Inventory:
        """Everything that occurs in one of the two."""
        return Inventory(
            _union(self.span_labels, other.span_labels),
            _union(self.relation_labels, other.relation_labels),
            _union_by_name(self.record_labels, other.record_labels),
            _union(self.side_texts, other.side_texts),
            self.token_labelled or other.token_labelled,
            _union_by_name(self.word_tags, other.word_tags),
        )

    def to_json(self) -> dict[str, Any]:
        """The inventory as JSON values."""
        return {
            "span_labels": list(self.span_labels),
            "relation_labels": list(self.relation_labels),
            "record_labels": {name: list(values) for name, values in self.record_labels.items()},
            "side_texts": list(self.side_texts),
            "token_labelled": self.token_labelled,
            "word_tags": {name: list(values) for name, values in self.word_tags.items()},
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Inventory:
        """The inverse of `to_json`; datasets of earlier versions have no word tags."""
        return cls(
            tuple(data["span_labels"]),
            tuple(data["relation_labels"]),
            {name: tuple(values) for name, values in data["record_labels"].items()},
            tuple(data["side_texts"]),
            bool(data["token_labelled"]),
            {name: tuple(values) for name, values in data.get("word_tags", {}).items()},
        )

    def tags(self) -> tuple[str, ...]:
        """The IOB2 tags of the span labels, see `tags_of`."""
        return tags_of(self.span_labels)

    @property
    def span_tagged(self) -> bool:
        """Whether words have tags of spans: those of a corpus that has nothing but word tags
        have none."""
        return self.token_labelled and bool(self.span_labels or not self.word_tags)

    def labels(self) -> tuple[str, ...]:
        """All labels: of spans, of relations and of records. Tags of words are none."""
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


def _by_name(names: pa.Array, values: pa.Array) -> dict[str, tuple[str, ...]]:
    """The values that go with each name."""
    found: dict[str, set[str]] = {}
    for name, value in set(zip(names.to_pylist(), values.to_pylist(), strict=True)):
        found.setdefault(name, set()).add(value)
    return {name: tuple(sorted(found[name])) for name in sorted(found)}


def _word_tags(column: pa.ChunkedArray) -> dict[str, tuple[str, ...]]:
    """The tags of each layer that has any."""
    kind = pa.list_(pa.struct([("key", pa.string()), ("value", pa.list_(pa.string()))]))
    layers = explode(column.cast(kind)).values
    names = member(layers, "key")
    lengths, tags = explode(member(layers, "value"))
    return _by_name(names.take(pa.array(np.repeat(np.arange(len(names)), lengths))), tags)


def _union_by_name(
    one: Mapping[str, tuple[str, ...]], other: Mapping[str, tuple[str, ...]]
) -> dict[str, tuple[str, ...]]:
    names = sorted({*one, *other})
    return {name: _union(one.get(name, ()), other.get(name, ())) for name in names}


def _distinct(values: pa.Array) -> tuple[str, ...]:
    return tuple(sorted(pc.unique(values).drop_null().to_pylist()))


def _union(one: tuple[str, ...], other: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(sorted({*one, *other}))
