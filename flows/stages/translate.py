"""translate: adds the translation of the text and of the side texts."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import pyarrow as pa

from spanferry.data.columns import from_tuples
from spanferry.data.errors import AccountingError
from spanferry.data.schema import TRANSLATE_FIELDS, row_to_record, schema
from spanferry.translators.base import TranslatedRecord, Translator, Usage

COLUMNS = (
    "row", "id", "text", "language", "spans", "relations", "labels", "side_texts", "tokens", "meta",
)  # fmt: skip
#: The columns of number tuples; the others hold one value a record.
_TUPLES = ("translation_segments", "translation_links")


def run(table: pa.Table, translator: Translator, target: str, split: str) -> pa.Table:
    """Translate a shard. A record whose text or side text failed gets the reason, not a text."""
    rows = table.to_pylist()
    records = [row_to_record(row) for row in rows]
    results = translator.translate_records(records, [row["row"] for row in rows], split)
    if len(results) != len(records):
        raise AccountingError(
            f"{translator.info.name} gave {len(results)} translations of {len(records)} records"
        )
    added = [_row(result, target) for result in results]
    return pa.Table.from_arrays(
        [
            from_tuples([row[name] for row in added], kind)
            if name in _TUPLES
            else pa.array([row[name] for row in added], kind)
            for name, kind in TRANSLATE_FIELDS
        ],
        schema=schema(TRANSLATE_FIELDS),
    )


def _row(result: TranslatedRecord, target: str) -> dict[str, Any]:
    parts = (result.text, *result.side_texts.values())
    error = next((part.error for part in parts if part.error), None)
    if error is None and any(part.text is None for part in parts):
        error = "no_translation"
    costs = [part.usage for part in parts if part.usage is not None]
    usage = sum(costs, Usage()) if costs else None
    sides = [(name, part.text) for name, part in result.side_texts.items()]
    return {
        "target_language": target,
        "translation": None if error else result.text.text,
        "translated_side_texts": [] if error else sides,
        "translation_score": result.text.score,
        "translation_segments": [] if error else result.segments,
        "translation_links": None if error else result.text.links,
        "translation_alternatives": [
            {"text": other.text, "score": other.score} for other in result.text.alternatives
        ],
        "translation_usage": asdict(usage) if usage else None,
        "translation_marks": None
        if error or result.marks is None
        else [{"span": span, "start": start, "end": end} for span, start, end in result.marks],
        "translation_marker_cost": None if error else result.marker_cost,
        "back_translation": None if error else result.text.back,
        "translate_error": error,
    }
