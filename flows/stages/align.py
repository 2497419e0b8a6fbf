"""align: adds the words of both texts and the links between them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pyarrow as pa

from spanferry.aligners.base import Aligner, TextAligner, TextPair
from spanferry.aligners.segments import align_texts
from spanferry.aligners.words import split_words
from spanferry.data.columns import from_tuples, to_tuples
from spanferry.data.links import Link
from spanferry.data.records import Offsets
from spanferry.data.schema import ALIGN_FIELDS, schema

COLUMNS = (
    "text", "language", "tokens", "target_language", "translation", "translation_segments",
    "translation_links",
)  # fmt: skip


def run(table: pa.Table, aligner: Aligner) -> pa.Table:
    """Align a shard; a record without a translation gets nulls."""
    sources: list[tuple[Offsets, ...] | None] = [None] * table.num_rows
    targets: list[tuple[Offsets, ...] | None] = [None] * table.num_rows
    links: list[tuple[Link, ...] | None] = [None] * table.num_rows
    # links of sub-words are many, and most aligners have no use for them
    whole, pairs = text_pairs(table, with_links=isinstance(aligner, TextAligner))
    for i, pair, found in zip(whole, pairs, align_texts(aligner, pairs), strict=True):
        sources[i] = tuple(pair.source_words)
        targets[i] = tuple(pair.target_words)
        links[i] = found
    columns: tuple[Sequence[Sequence[tuple[Any, ...]] | None], ...] = (sources, targets, links)
    return pa.Table.from_arrays(
        [from_tuples(c, kind) for c, (_, kind) in zip(columns, ALIGN_FIELDS, strict=True)],
        schema=schema(ALIGN_FIELDS),
    )


def text_pairs(table: pa.Table, *, with_links: bool) -> tuple[list[int], list[TextPair]]:
    """The rows of a shard that have a translation, and the pairs of texts in them.

    Args:
        with_links: read the translator's links too.
    """
    texts = table["text"].to_pylist()
    translations = table["translation"].to_pylist()
    given = to_tuples(table["tokens"])
    segments = to_tuples(table["translation_segments"])
    said = to_tuples(table["translation_links"]) if with_links else [None] * len(texts)
    whole = [i for i, translation in enumerate(translations) if translation is not None]
    if not whole:
        return [], []
    source = split_words(
        [texts[i] for i in whole], table["language"][0].as_py(), [given[i] for i in whole]
    )
    target = split_words([translations[i] for i in whole], table["target_language"][0].as_py())
    return whole, [
        TextPair(texts[i], s, translations[i], t, segments[i] or (), said[i])
        for i, s, t in zip(whole, source, target, strict=True)
    ]
