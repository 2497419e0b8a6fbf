"""Readers: files and datasets to records.

To add one: see `spanferry.data.readers.base`.
"""

from __future__ import annotations

READERS: dict[str, str] = {
    "conll": "spanferry.data.readers.conll:ConllReader",
    "datasets": "spanferry.data.readers.hf_datasets:DatasetsReader",
    "jsonl": "spanferry.data.readers.jsonl:JsonlReader",
}
