"""Readers: files and datasets to records.

To add one: see `spanferry.data.readers.base`.
"""

from __future__ import annotations

READERS: dict[str, str] = {
    "conll": "spanferry.data.readers.conll:ConllReader",
    "conllu": "spanferry.data.readers.conllu:ConlluReader",
    "datasets": "spanferry.data.readers.hf_datasets:DatasetsReader",
    "jsonl": "spanferry.data.readers.jsonl:JsonlReader",
    "squad": "spanferry.data.readers.squad:SquadReader",
}
