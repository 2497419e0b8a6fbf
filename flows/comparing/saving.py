"""The figures as JSON, and what became of every span as Parquet."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pyarrow as pa

from spanferry.data.files import write_parquet, write_text
from spanferry.flows.comparing.figures import SetFigures, SetResult
from spanferry.projection.evaluate import SpanReport, SpanScores

FIGURES = "figures.json"
PREDICTIONS = "predictions.parquet"
_RANGE = pa.struct([("start", pa.int32()), ("end", pa.int32())])
SCHEMA = pa.schema(
    [
        ("set", pa.string()),
        ("record", pa.string()),
        ("method", pa.string()),
        ("span", pa.string()),
        ("label", pa.string()),
        ("source_text", pa.string()),
        # characters of the translation; null where the span is missing
        ("ranges", pa.list_(_RANGE)),
        ("target_text", pa.string()),
        ("score", pa.float64()),
        ("placed_by", pa.string()),
        ("right", pa.bool_()),
        ("missing", pa.string()),
    ]
)


def write_figures(found: Sequence[SetFigures], path: Path) -> None:
    """Write the figures of all gold sets; shares and differences of F1 are in [0, 1].

    The scores of a method (`scores`) and of the best choice (`oracle`) have precision, recall and
    F1 beside their counts.
    """
    data = {"sets": [_plain(figures) for figures in found]}
    write_text(json.dumps(data, ensure_ascii=False, indent=1) + "\n", path)


def write_predictions(results: Sequence[SetResult], path: Path) -> None:
    """Write a row a gold set, record, source span and method."""
    rows = [row for result in results for row in _rows(result)]
    write_parquet(pa.Table.from_pylist(rows, schema=SCHEMA), path)


def _plain(value: Any) -> Any:
    """Dataclasses as mappings; scores with their shares."""
    if isinstance(value, SpanScores):
        shares = {"precision": value.precision, "recall": value.recall, "f1": value.f1}
        return {**asdict(value), **shares}
    if isinstance(value, SpanReport):
        labels = {label: _plain(scores) for label, scores in value.labels.items()}
        return {"all": _plain(value.total), "labels": labels}
    if hasattr(value, "__dataclass_fields__"):
        return {name: _plain(getattr(value, name)) for name in value.__dataclass_fields__}
    if isinstance(value, tuple | list):
        return [_plain(one) for one in value]
    return value


def _rows(result: SetResult) -> list[dict[str, Any]]:
    rows = []
    for run, found in zip(result.runs, result.outcomes, strict=True):
        for case, of_case in zip(result.data.cases, found, strict=True):
            item = case.item
            for span, one in zip(item.spans, of_case, strict=True):
                parts = [item.translation[start:end] for start, end in one.ranges]
                ranges = [{"start": start, "end": end} for start, end in one.ranges]
                missing = one.place is None
                rows.append(
                    {
                        "set": result.data.name,
                        "record": case.id,
                        "method": run.name,
                        "span": span.id,
                        "label": span.label,
                        "source_text": " ... ".join(item.text[a:b] for a, b in span.ranges()),
                        "ranges": None if missing else ranges,
                        "target_text": None if missing else " ... ".join(parts),
                        "score": None if missing else one.score,
                        "placed_by": one.by or None,
                        "right": one.right,
                        "missing": one.reason or None,
                    }
                )
    return rows
