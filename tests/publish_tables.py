"""Filter-stage tables made by hand, for the tests of publishing."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import pyarrow as pa

from spanferry.data.publish import CardInfo, Inventory
from spanferry.data.records import MissingSpan, ProjectedSpan, Record, Relation, Span
from spanferry.data.schema import (
    ALIGN_FIELDS,
    FILTER_FIELDS,
    PROJECT_FIELDS,
    READ_FIELDS,
    TRANSLATE_FIELDS,
    missing_to_row,
    projected_to_row,
    ranges_to_rows,
    record_to_row,
    relation_to_row,
    schema,
)

FIELDS = [
    *READ_FIELDS,
    *TRANSLATE_FIELDS,
    *ALIGN_FIELDS,
    *PROJECT_FIELDS,
    ("score_complete", pa.float32()),
    ("score_min_span_score", pa.float32()),
    *FILTER_FIELDS,
]
CARD = CardInfo(name="Test set", source_language="en")


def filter_row(
    row: int,
    record: Record,
    translation: str | None,
    *,
    projected: Sequence[ProjectedSpan] = (),
    missing: Sequence[MissingSpan] = (),
    relations: Sequence[Relation] = (),
    missing_relations: Sequence[tuple[Relation, str]] = (),
    side_texts: dict[str, str] | None = None,
    words: Sequence[tuple[int, int]] | None = None,
    rejection: tuple[str, str, str] | None = None,
    language: str = "es",
) -> dict[str, Any]:
    """A row after the filter stage."""
    spans = len(record.spans)
    return {
        **dict.fromkeys(name for name, _ in FIELDS),
        "row": row,
        "origin": f"corpus.jsonl:{row + 1}",
        **record_to_row(record),
        "target_language": language,
        "translation": translation,
        "translated_side_texts": list((side_texts or {}).items()),
        "translation_score": -0.5,
        "target_words": None if words is None else ranges_to_rows(words),
        "projected": [projected_to_row(span) for span in projected],
        "missing": [missing_to_row(span) for span in missing],
        "projected_relations": [relation_to_row(relation) for relation in relations],
        "missing_relations": [
            {**relation_to_row(relation), "reason": reason}
            for relation, reason in missing_relations
        ],
        "score_complete": len(projected) / spans if spans else None,
        "score_min_span_score": min((span.score for span in projected), default=None),
        "rejection": rejection and dict(zip(("stage", "reason", "detail"), rejection, strict=True)),
    }


def unreadable_row(row: int) -> dict[str, Any]:
    """A row that was rejected at reading: nearly everything is null."""
    rejection = {"stage": "read", "reason": "bad_tag", "detail": "tag 3 is odd"}
    return {
        **dict.fromkeys(name for name, _ in FIELDS),
        "row": row,
        "origin": f"corpus.jsonl:{row + 1}",
        "rejection": rejection,
    }


def filter_table(rows: Iterable[dict[str, Any]]) -> pa.Table:
    """The rows as a table."""
    return pa.Table.from_pylist(list(rows), schema=schema(FIELDS))


def place(text: str, part: str, source: Span, score: float = 0.75, **more: Any) -> ProjectedSpan:
    """A projected span on the first occurrence of a part of the translation."""
    start = text.index(part)
    end = start + len(part)
    fields: dict[str, Any] = {"score": score, "method": "alignment", "source_span": source.id}
    return ProjectedSpan(start, end, source.label, source.id, **{**fields, **more})


def mark(text: str, *parts: tuple[str, str]) -> tuple[Span, ...]:
    """Spans on the first occurrences of parts of a text, as (part, label)."""
    return tuple(
        Span(text.index(part), text.index(part) + len(part), label, id=f"s{number}")
        for number, (part, label) in enumerate(parts)
    )


def people(number: int, *, start: int = 0, language: str = "es", reject: int = 0) -> pa.Table:
    """Simple records with one span each; every `reject`-th is rejected."""
    rows = []
    for row in range(start, start + number):
        text = f"Ada {row} writes."
        spans = (Span(0, 3, "PER", "s0", {"kb": "Q7259"}),)
        record = Record(f"r{row}", text, spans=spans, meta={"page": row})
        translation = f"Escribe Ada {row}."
        why = ("filter", "min_span_score", "0.1") if reject and row % reject == 0 else None
        placed = [place(translation, "Ada", record.spans[0], row % 100 / 100)]
        rows.append(
            filter_row(row, record, translation, projected=placed, rejection=why, language=language)
        )
    return filter_table(rows)


PEOPLE = Inventory(span_labels=("PER",))
