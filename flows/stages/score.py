"""score: adds the score column of every filter; thresholds play no part."""

from __future__ import annotations

from typing import Any, cast

import pyarrow as pa

from spanferry.data.errors import AccountingError
from spanferry.data.records import MissingSpan, Relation
from spanferry.data.schema import row_to_projected, row_to_record, schema
from spanferry.flows.stages import translate
from spanferry.projection.filters import SCORE_FIELDS
from spanferry.projection.filters.base import Filter, ScoreInput

COLUMNS = (
    *translate.COLUMNS,
    "target_language", "translation", "projected", "missing", "projected_relations",
    "projected_word_tags", "back_translation",
)  # fmt: skip


def run(table: pa.Table, filters: list[Filter]) -> pa.Table:
    """Score a shard; a record without a translation gets nulls."""
    rows = table.to_pylist()
    whole = [i for i, row in enumerate(rows) if row["translation"] is not None]
    inputs = [_input(rows[i]) for i in whole]
    columns: dict[str, list[float | None]] = {name: [None] * len(rows) for name, _ in SCORE_FIELDS}
    for block in filters:
        scores = block.score(inputs)
        if len(scores) != len(inputs):
            raise AccountingError(f"{block.name} scored {len(scores)} of {len(inputs)} records")
        for i, score in zip(whole, scores, strict=True):
            columns[block.column][i] = score
    return pa.Table.from_pydict(columns, schema=schema(SCORE_FIELDS))


def _input(row: dict[str, object]) -> ScoreInput:
    values: dict[str, list[dict[str, str]]] = row  # type: ignore[assignment]
    back = row["back_translation"]
    return ScoreInput(
        record=row_to_record(row),
        translation=str(row["translation"]),
        target_language=str(row["target_language"]),
        projected=tuple(row_to_projected(span) for span in values["projected"]),
        missing=tuple(MissingSpan(**span) for span in values["missing"]),
        projected_relations=tuple(Relation(**r) for r in values["projected_relations"]),
        back_translation=None if back is None else str(back),
        tag_scores={
            layer: [tag["score"] for tag in tags]
            for layer, tags in cast("list[Any]", row["projected_word_tags"] or [])
        },
    )
