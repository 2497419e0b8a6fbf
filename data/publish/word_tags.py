"""The words of published records, their IOB2 tags and their layers of word tags."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa

from spanferry.data.columns import to_tuples
from spanferry.data.errors import AccountingError
from spanferry.data.publish.features import Columns
from spanferry.data.publish.nested import codes, explode, implode, member
from spanferry.data.publish.tokens import token_ranges, words_of
from spanferry.data.records import Offsets, Span
from spanferry.data.tags import spans_to_tags


def token_columns(table: pa.Table, texts: Sequence[str], columns: Columns) -> dict[str, pa.Array]:
    """The columns `tokens`, `tags` and those of the layers of word tags.

    A word that is cut at the edge of a span has its tag and its score twice, and a span that
    touches no word has neither (null). A record without a layer has null in its columns.

    Args:
        table: records to publish, of the columns of the stage `filter`.
        texts: their translations.
        columns: the names of the columns.

    Raises:
        AccountingError: a layer has not one tag a word, or a tag is not in the inventory.
    """
    inventory = columns.inventory
    ranges = [_ranges(words) for words in to_tuples(table["target_words"])]
    lengths, values = explode(table["projected"])
    parts = (member(values, name).to_pylist() for name in ("start", "end", "label"))
    spans = [Span(*fields) for fields in zip(*parts, strict=True)]
    ends = np.cumsum(lengths).tolist()
    pieces, tags = [], []
    for text, words, size, end in zip(texts, ranges, lengths.tolist(), ends, strict=True):
        of_text, flat = token_ranges(text, words, spans[end - size : end])
        pieces.append(of_text)
        tags.append(spans_to_tags(of_text, flat) if flat else ["O"] * len(of_text))
    tokens = [
        [text[start:end] for start, end in of_text]
        for text, of_text in zip(texts, pieces, strict=True)
    ]
    made = {"tokens": pa.array(tokens, pa.list_(pa.string()))}
    sizes = np.array([len(each) for each in pieces], np.int64)
    if inventory.span_tagged:
        flat_tags = pa.array([tag for each in tags for tag in each], pa.string())
        made["tags"] = implode(sizes, codes(flat_tags, inventory.tags(), "tag"))
    if columns.word_tags:
        given = [dict(layers or ()) for layers in table["projected_word_tags"].to_pylist()]
        ids = table["id"].to_pylist()
        for layer, (column, scores) in columns.word_tags.items():
            rows = [
                None if layer not in layers else _of_pieces(layers[layer], cut, words or [], id)
                for layers, cut, words, id in zip(given, pieces, ranges, ids, strict=True)
            ]
            names = inventory.word_tags[layer]
            made[column] = _nested([_each(row, "tag") for row in rows], names, layer)
            of_words = [_each(row, "score") for row in rows]
            made[scores] = pa.array(of_words, pa.list_(pa.float32()))
    return made


def _ranges(words: Sequence[Any] | None) -> list[Offsets] | None:
    return None if words is None else [(int(start), int(end)) for start, end in words]


def _of_pieces(
    tags: Sequence[dict[str, Any]], pieces: Sequence[Offsets], words: Sequence[Offsets], id: str
) -> list[dict[str, Any] | None]:
    """The tag and score of each piece of the words."""
    if len(tags) != len(words):
        raise AccountingError(f"record {id!r} has {len(words)} words, but {len(tags)} word tags")
    return [None if place is None else tags[place] for place in words_of(pieces, words)]


def _each(row: Sequence[dict[str, Any] | None] | None, key: str) -> list[Any] | None:
    return None if row is None else [None if one is None else one[key] for one in row]


def _nested(rows: Sequence[list[Any] | None], names: Sequence[str], layer: str) -> pa.Array:
    """Lists of tags as lists of their classes."""
    flat = pa.array([tag for row in rows for tag in row or ()], pa.string())
    numbers = iter(codes(flat, names, f"{layer} tag").to_pylist())
    nested = [None if row is None else [next(numbers) for _ in row] for row in rows]
    return pa.array(nested, pa.list_(pa.int64()))
