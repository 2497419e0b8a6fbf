"""Records of a published dataset folder, as rows that `show` can print."""

from __future__ import annotations

import random
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.dataset as ds

from spanferry.data.errors import ConfigError
from spanferry.data.publish.features import columns
from spanferry.data.publish.folder import MANIFEST, read_manifest
from spanferry.data.publish.inventory import Inventory
from spanferry.flows.show_tags import published_tags


def pick(
    folder: Path,
    count: int,
    *,
    target: str | None = None,
    split: str | None = None,
    rejected: bool = False,
    ids: Sequence[str] | None = None,
    seed: int | None = None,
) -> list[dict[str, Any]]:
    """Some records of a dataset folder, published or rejected ones.

    Args:
        count: how many at most.
        target: language; the first by name if None.
        split: one split, or all for None.
        ids: records with these ids only.
        seed: pick at random; otherwise the first ones are taken.

    Raises:
        ConfigError: there is no such folder, language or split.
    """
    manifest = read_manifest(folder) if (folder / MANIFEST).is_file() else None
    if manifest is None or not manifest["complete"]:
        raise ConfigError(f"{folder} holds no dataset; run `spanferry build` first")
    rows = _table(folder, target, split, rejected, ids, count, seed).to_pylist()
    if rejected:
        return [_rejected_view(row) for row in rows]
    inventory = Inventory.from_json(manifest["inventory"])
    return [_published_view(row, inventory) for row in rows]


def _table(
    folder: Path,
    target: str | None,
    split: str | None,
    rejected: bool,
    ids: Sequence[str] | None,
    count: int,
    seed: int | None,
) -> pa.Table:
    base = folder / ("rejected" if rejected else "data")
    languages = sorted(path.name for path in base.glob("*") if path.is_dir())
    if not languages:
        return pa.table({})
    chosen = target or languages[0]
    if chosen not in languages:
        raise ConfigError(f"no language {chosen!r} in {base}; there are: {', '.join(languages)}")
    files = sorted(
        file
        for file in base.joinpath(chosen).glob("*.parquet")
        if split in (None, file.stem, file.name.partition("-")[0])
    )
    if not files:
        raise ConfigError(f"no split {split!r} in {base / chosen}")
    rows = ds.dataset(files)
    if ids:
        return rows.filter(ds.field("id").isin(list(ids))).head(count)
    if seed is None:
        return rows.head(count)
    total = rows.count_rows()
    places = sorted(random.Random(seed).sample(range(total), min(count, total)))
    return rows.take(pa.array(places, pa.int64()))


def _published_view(row: dict[str, Any], inventory: Inventory) -> dict[str, Any]:
    labels = inventory.span_labels
    scores = [name for name, value in row.items() if name.startswith("score_") and _number(value)]
    known = columns(inventory, scores)
    side_texts = known.side_texts
    return {
        "id": row["id"],
        "language": row["source_language"],
        "text": row["source_text"],
        "spans": _named(row.get("source_spans"), labels),
        "target_language": row["language"],
        "translation": row["text"],
        "projected": _named(row.get("spans"), labels),
        "missing": row.get("missing"),
        "missing_relations": _named(row.get("missing_relations"), inventory.relation_labels),
        "tagged_words": published_tags(row, known.word_tags, inventory.word_tags),
        "translated_side_texts": [(name, row[side_texts[name]]) for name in side_texts],
    }


def _number(value: Any) -> bool:
    return value is None or isinstance(value, float)


def _named(labelled: list[dict[str, Any]] | None, labels: Sequence[str]) -> list[dict[str, Any]]:
    """Spans or relations with the names of their classes; published files hold their numbers."""
    return [{**each, "label": labels[each["label"]]} for each in labelled or []]


def _rejected_view(row: dict[str, Any]) -> dict[str, Any]:
    view = {name: value for name, value in row.items() if value is not None}
    view.setdefault("id", row.get("origin"))
    view.setdefault("language", "")
    view.setdefault("text", row.get("raw") or "")
    view.setdefault("spans", [])
    # maps are lists of {key, value} in rejected files
    sides = [(each["key"], each["value"]) for each in row.get("translated_side_texts") or []]
    rejection = ("stage", "reason", "detail")
    why = {name: row.get(name) or "" for name in rejection}
    return {**view, "translated_side_texts": sides, "rejection": why}
