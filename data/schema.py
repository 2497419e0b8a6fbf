"""The Arrow schema of the tables that the stages hand to one another, and rows to records.

A stage adds the columns of its group and leaves those of earlier stages alone, so the table after
`filter` holds the whole history of a record. `SCHEMA_VERSION` is part of every fingerprint: raise
it whenever a column changes, and shards of an older version are built again.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import pyarrow as pa

from spanferry.data.records import MissingSpan, ProjectedSpan, Record, Relation, Span

SCHEMA_VERSION = "4"

RANGE = pa.struct([("start", pa.int32()), ("end", pa.int32())])
TEXT_MAP = pa.map_(pa.string(), pa.string())
#: Tags by name of the layer, one for each of the record's tokens.
WORD_TAGS = pa.map_(pa.string(), pa.list_(pa.string()))
#: The same of the translation: one for each of `target_words`, in their order.
PROJECTED_WORD_TAGS = pa.map_(
    pa.string(), pa.list_(pa.struct([("tag", pa.string()), ("score", pa.float32())]))
)
_SPAN_FIELDS: list[tuple[str, pa.DataType]] = [
    ("start", pa.int32()),
    ("end", pa.int32()),
    ("label", pa.string()),
    ("id", pa.string()),
    ("attributes", TEXT_MAP),
    ("fragments", pa.list_(RANGE)),
]
SPAN = pa.struct(_SPAN_FIELDS)
PROJECTED_SPAN = pa.struct(
    [
        *_SPAN_FIELDS,
        ("score", pa.float32()),
        ("method", pa.string()),
        ("source_span", pa.string()),
    ]
)
MISSING_SPAN = pa.struct([("source_span", pa.string()), ("reason", pa.string())])
_RELATION_FIELDS: list[tuple[str, pa.DataType]] = [
    ("head", pa.string()),
    ("tail", pa.string()),
    ("label", pa.string()),
]
RELATION = pa.struct(_RELATION_FIELDS)
#: A relation that lost an end: `head` and `tail` are ids of source spans.
MISSING_RELATION = pa.struct([*_RELATION_FIELDS, ("reason", pa.string())])
LINK = pa.struct([("source", pa.int32()), ("target", pa.int32()), ("score", pa.float32())])
#: Source range of the text and the range of the translation that it became.
SEGMENT = pa.struct(
    [
        ("source_start", pa.int32()),
        ("source_end", pa.int32()),
        ("target_start", pa.int32()),
        ("target_end", pa.int32()),
    ]
)
#: A link between a range of the text and one of the translation, from translators that tell.
CHAR_LINK = pa.struct(
    [
        ("source_start", pa.int32()),
        ("source_end", pa.int32()),
        ("target_start", pa.int32()),
        ("target_end", pa.int32()),
        ("score", pa.float32()),
    ]
)
#: Where a span that was marked in the text is in the translation; one for each of its ranges.
MARK = pa.struct([("span", pa.string()), ("start", pa.int32()), ("end", pa.int32())])
REJECTION = pa.struct([("stage", pa.string()), ("reason", pa.string()), ("detail", pa.string())])

#: `row` is the record's place in its split of the source, counted from 0, rejected ones included,
#: so that files which run line by line beside the source stay in step. `origin` is `file:line`.
READ_FIELDS: list[tuple[str, pa.DataType]] = [
    ("row", pa.int64()),
    ("origin", pa.string()),
    ("id", pa.string()),
    ("text", pa.string()),
    ("language", pa.string()),
    ("spans", pa.list_(SPAN)),
    ("relations", pa.list_(RELATION)),
    ("labels", TEXT_MAP),
    ("side_texts", TEXT_MAP),
    ("tokens", pa.list_(RANGE)),
    ("word_tags", WORD_TAGS),
    ("meta", pa.string()),
]
#: Another translation of the same text, with the model's mean log-probability a token.
ALTERNATIVE = pa.struct([("text", pa.string()), ("score", pa.float32())])
#: Tokens that a server counted.
USAGE = pa.struct([("prompt_tokens", pa.int64()), ("completion_tokens", pa.int64())])
#: `translate_error` holds the reason code where there is no usable translation; `back_translation`
#: is null but for translators that go there and back, and `translation_marks` but for those that
#: mark spans; `translation_marker_cost` is null where nobody knows it.
TRANSLATE_FIELDS: list[tuple[str, pa.DataType]] = [
    ("target_language", pa.string()),
    ("translation", pa.string()),
    ("translated_side_texts", TEXT_MAP),
    ("translation_score", pa.float32()),
    ("translation_segments", pa.list_(SEGMENT)),
    ("translation_links", pa.list_(CHAR_LINK)),
    ("translation_alternatives", pa.list_(ALTERNATIVE)),
    ("translation_usage", USAGE),
    ("translation_marks", pa.list_(MARK)),
    ("translation_marker_cost", pa.float32()),
    ("back_translation", pa.string()),
    ("translate_error", pa.string()),
]
#: Words as ranges of the text and of the translation; links between word indexes.
ALIGN_FIELDS: list[tuple[str, pa.DataType]] = [
    ("source_words", pa.list_(RANGE)),
    ("target_words", pa.list_(RANGE)),
    ("links", pa.list_(LINK)),
]
PROJECT_FIELDS: list[tuple[str, pa.DataType]] = [
    ("projected", pa.list_(PROJECTED_SPAN)),
    ("missing", pa.list_(MISSING_SPAN)),
    ("projected_relations", pa.list_(RELATION)),
    ("projected_word_tags", PROJECTED_WORD_TAGS),
    ("missing_relations", pa.list_(MISSING_RELATION)),
]
#: `rejection` is null for a record that passes all filters.
FILTER_FIELDS: list[tuple[str, pa.DataType]] = [("rejection", REJECTION)]

SPLIT_METADATA_KEY = b"spanferry.split"


def schema(fields: Sequence[tuple[str, pa.DataType]]) -> pa.Schema:
    """An Arrow schema of these fields that carries the schema version."""
    return pa.schema(
        [pa.field(name, kind) for name, kind in fields],
        metadata={"spanferry.schema_version": SCHEMA_VERSION},
    )


READ_SCHEMA = schema(READ_FIELDS)


def record_to_row(record: Record) -> dict[str, Any]:
    """A record as a row of `READ_SCHEMA`, without `row` and `origin`.

    `meta` is the one free-form column: it is written as JSON text.
    """
    return {
        "id": record.id,
        "text": record.text,
        "language": record.language,
        "spans": [span_to_row(span) for span in record.spans],
        "relations": [relation_to_row(relation) for relation in record.relations],
        "labels": list(record.labels.items()),
        "side_texts": list(record.side_texts.items()),
        "tokens": None if record.tokens is None else ranges_to_rows(record.tokens),
        "word_tags": [(layer, list(tags)) for layer, tags in record.word_tags.items()],
        "meta": json.dumps(record.meta, ensure_ascii=False, sort_keys=True),
    }


def row_to_record(row: Mapping[str, Any]) -> Record:
    """The record of a row; the inverse of `record_to_row`.

    A stage that has no use for word tags may leave their column out.
    """
    tokens = row["tokens"]
    return Record(
        id=row["id"],
        text=row["text"],
        language=row["language"],
        spans=tuple(row_to_span(span) for span in row["spans"]),
        relations=tuple(Relation(**relation) for relation in row["relations"]),
        labels=dict(row["labels"]),
        side_texts=dict(row["side_texts"]),
        tokens=None if tokens is None else rows_to_ranges(tokens),
        word_tags={layer: tuple(tags) for layer, tags in row.get("word_tags") or ()},
        meta=json.loads(row["meta"]),
    )


def span_to_row(span: Span) -> dict[str, Any]:
    """A source span as a row of `SPAN`."""
    return {
        "start": span.start,
        "end": span.end,
        "label": span.label,
        "id": span.id,
        "attributes": list(span.attributes.items()),
        "fragments": ranges_to_rows(span.fragments),
    }


def row_to_span(row: Mapping[str, Any]) -> Span:
    """The inverse of `span_to_row`."""
    return Span(
        row["start"],
        row["end"],
        row["label"],
        id=row["id"],
        attributes=dict(row["attributes"]),
        fragments=rows_to_ranges(row["fragments"]),
    )


def projected_to_row(span: ProjectedSpan) -> dict[str, Any]:
    """A projected span as a row of `PROJECTED_SPAN`."""
    return {
        **span_to_row(span),
        "score": span.score,
        "method": span.method,
        "source_span": span.source_span,
    }


def row_to_projected(row: Mapping[str, Any]) -> ProjectedSpan:
    """The inverse of `projected_to_row` (scores come back in single precision)."""
    return ProjectedSpan(
        row["start"],
        row["end"],
        row["label"],
        id=row["id"],
        attributes=dict(row["attributes"]),
        fragments=rows_to_ranges(row["fragments"]),
        score=row["score"],
        method=row["method"],
        source_span=row["source_span"],
    )


def missing_to_row(missing: MissingSpan) -> dict[str, str]:
    """A missing span as a row of `MISSING_SPAN`."""
    return {"source_span": missing.source_span, "reason": missing.reason}


def relation_to_row(relation: Relation) -> dict[str, str]:
    """A relation as a row of `RELATION`."""
    return {"head": relation.head, "tail": relation.tail, "label": relation.label}


def ranges_to_rows(ranges: Sequence[tuple[int, int]]) -> list[dict[str, int]]:
    """Character ranges as rows of `RANGE`."""
    return [{"start": start, "end": end} for start, end in ranges]


def rows_to_ranges(rows: Sequence[Mapping[str, int]]) -> tuple[tuple[int, int], ...]:
    """The inverse of `ranges_to_rows`."""
    return tuple((row["start"], row["end"]) for row in rows)
