"""filter: adds the rejection, null for a record that is good enough to publish."""

from __future__ import annotations

import pyarrow as pa

from spanferry.data.schema import FILTER_FIELDS, schema
from spanferry.projection.filters import SCORE_FIELDS
from spanferry.projection.filters.base import Filter

COLUMNS = ("translate_error", *(name for name, _ in SCORE_FIELDS))


def run(table: pa.Table, filters: list[Filter]) -> pa.Table:
    """Decide a shard: the translator's error comes first, then the filters in their order."""
    rejections: list[dict[str, str] | None] = [
        error and {"stage": "translate", "reason": error, "detail": ""}
        for error in table["translate_error"].to_pylist()
    ]
    for block in filters:
        for i, score in enumerate(table[block.column].to_pylist()):
            if rejections[i] is None and not block.accept(score):
                detail = f"{block.column} is {'null' if score is None else f'{score:.3f}'}"
                rejections[i] = {"stage": "filter", "reason": block.name, "detail": detail}
    return pa.Table.from_pydict({"rejection": rejections}, schema=schema(FILTER_FIELDS))
