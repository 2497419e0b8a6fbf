"""The columns of the published dataset and their types."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from spanferry.data.publish.inventory import Inventory, tags_of
from spanferry.data.publish.label_names import UNCHANGED, LabelNames

if TYPE_CHECKING:
    from datasets import Features

#: Names that a label or side text cannot have as its column, whether or not the column exists.
FIXED = (
    "id", "text", "language", "tokens", "tags", "spans", "relations", "missing",
    "missing_relations", "source_text", "source_language", "source_spans", "translation_score",
    "meta",
)  # fmt: skip

#: End of the name of the column that holds the scores of a layer of word tags.
SCORES = "_scores"


@dataclass(frozen=True, slots=True)
class Columns:
    """The columns that depend on the corpus.

    Args:
        inventory: the labels.
        scores: names of the filters' score columns, in order.
        labels: column by name of a record-level label.
        side_texts: column by name of a side text.
        word_tags: columns of the tags and of their scores by name of a layer of word tags.
    """

    inventory: Inventory
    scores: tuple[str, ...]
    labels: Mapping[str, str]
    side_texts: Mapping[str, str]
    word_tags: Mapping[str, tuple[str, str]]


def columns(inventory: Inventory, scores: Sequence[str]) -> Columns:
    """Name the columns: a label is called what it is called, or `label_...` where that is taken.

    >>> columns(Inventory(record_labels={"text": ("a",)}), ()).labels
    {'text': 'label_text'}
    """
    taken = {*FIXED, *scores}
    side_texts = _name(inventory.side_texts, "side_", taken)
    labels = _name(inventory.record_labels, "label_", taken)
    tags = _name(inventory.word_tags, "tags_", taken)
    of_tags = _name((f"{column}{SCORES}" for column in tags.values()), "tags_", taken)
    pairs = zip(tags.values(), of_tags.values(), strict=True)
    word_tags = dict(zip(tags, pairs, strict=True))
    return Columns(inventory, tuple(scores), labels, side_texts, word_tags)


def _name(names: Iterable[str], prefix: str, taken: set[str]) -> dict[str, str]:
    found = {}
    for name in names:
        column = name
        while column in taken:
            column = prefix + column
        taken.add(column)
        found[name] = column
    return found


def features(columns: Columns, names: LabelNames = UNCHANGED) -> Features:
    """The types of the published columns, in their order.

    The classes are the labels of the inventory in its order, called what `names` calls them: a
    class has the same number in every language.

    Importing `datasets` takes a second or two, hence not at the top.
    """
    from datasets import ClassLabel, Features, List, Value

    inventory = columns.inventory
    spans = ClassLabel(names=names.of(inventory.span_labels))
    offsets = {"start": Value("int32"), "end": Value("int32")}
    kinds: dict[str, Any] = {name: Value("string") for name in ("id", "text", "language")}
    if inventory.token_labelled:
        kinds["tokens"] = List(Value("string"))
    if inventory.span_tagged:
        kinds["tags"] = List(ClassLabel(names=list(tags_of(names.of(inventory.span_labels)))))
    for layer, (column, scores) in columns.word_tags.items():
        kinds[column] = List(ClassLabel(names=list(inventory.word_tags[layer])))
        kinds[scores] = List(Value("float32"))
    if inventory.span_labels:
        kinds["spans"] = List(
            {
                "id": Value("string"),
                **offsets,
                "text": Value("string"),
                "label": spans,
                "score": Value("float32"),
                "method": Value("string"),
                "attributes": List({"key": Value("string"), "value": Value("string")}),
                "fragments": List(dict(offsets)),
            }
        )
    if inventory.relation_labels:
        relation = {"head": Value("string"), "tail": Value("string")}
        relation["label"] = ClassLabel(names=names.of(inventory.relation_labels))
        kinds["relations"] = List(relation)
    for name, column in columns.labels.items():
        kinds[column] = ClassLabel(names=names.of(inventory.record_labels[name]))
    for column in columns.side_texts.values():
        kinds[column] = Value("string")
    if inventory.span_labels:
        kinds["missing"] = List(
            {"source_span": Value("string"), "label": spans, "reason": Value("string")}
        )
    if inventory.relation_labels:
        kinds["missing_relations"] = List({**relation, "reason": Value("string")})
    kinds["source_text"] = kinds["source_language"] = Value("string")
    if inventory.span_labels:
        kinds["source_spans"] = List(
            {
                "id": Value("string"),
                **offsets,
                "label": spans,
                "fragments": List(dict(offsets)),
            }
        )
    for column in ("translation_score", *columns.scores):
        kinds[column] = Value("float32")
    kinds["meta"] = Value("string")
    return Features(kinds)


def schema(features: Features) -> pa.Schema:
    """The Arrow schema of the published files.

    Like the files that `datasets` writes, they carry the types under the key `huggingface`, so a
    single file opened with `load_dataset("parquet", data_files=...)` has its classes as well.
    """
    return features.arrow_schema
