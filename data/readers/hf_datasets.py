"""Any `datasets` dataset: from the hub, a folder or files; token tags or character spans.

Rows are read from the memory-mapped Arrow table in batches, so that memory does not grow with the
dataset. A row of a dataset without ids is called `train-1`, `train-2`, ...; its `origin`,
`train row 1`, counts from 1 as well.

Bad rows: `bad_field` (a text or id that is null), `bad_tokens` (an empty word, or as many tags as
words there are not), `bad_tag`, `bad_word_tags`, `bad_label`, `bad_span`, `bad_offset`,
and the others of `records.validate`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from functools import partial
from itertools import chain, islice
from typing import Any, ClassVar

from spanferry.data.errors import ConfigError, InputError
from spanferry.data.readers import jsonl_fields as fields
from spanferry.data.readers.base import Read, ReaderSettings, attempt
from spanferry.data.readers.hf_columns import Columns, decode, find_columns
from spanferry.data.readers.hf_load import hash_rows, load
from spanferry.data.readers.hf_settings import DatasetsSettings
from spanferry.data.readers.hf_spans import located, plain_spans, structs
from spanferry.data.readers.tagged import tagged_record
from spanferry.data.readers.tokens import Joiner
from spanferry.data.records import Record
from spanferry.data.tag_schemes import detect_scheme
from spanferry.data.tags import Scheme

BATCH = 1_000
#: Rows that are looked at to tell the scheme of the tags.
SCAN_ROWS = 10_000


class DatasetsReader:
    """Any `datasets` dataset: a hub id, a folder or files, with tags or spans."""

    Settings: ClassVar[type[ReaderSettings]] = DatasetsSettings

    def __init__(self, settings: DatasetsSettings) -> None:
        self.settings = settings
        self._splits: dict[str, Any] = {}
        self._columns: dict[str, Columns] = {}
        self._joiner = Joiner(settings.language, settings.join)

    def setup(self) -> None:
        """Load the dataset (a download, the first time) and find its columns.

        Raises:
            ConfigError: there is no such dataset, split or column.
        """
        self._splits = load(self.settings)
        self._columns = {
            name: find_columns(one.features, self.settings) for name, one in self._splits.items()
        }

    def splits(self) -> tuple[str, ...]:
        """The splits of the dataset, or those that the settings choose."""
        return tuple(self._splits)

    def fingerprint(self, split: str) -> str:
        """A hash of the rows and their features; see `hash_rows`."""
        return hash_rows(self._split(split))

    def read(self, split: str) -> Iterator[Read]:
        """The rows of a split; see `Reader.read`.

        Raises:
            ConfigError: there is no such split.
        """
        dataset = self._split(split)
        columns = self._columns[split]
        scheme = self._scheme(dataset, columns)
        for number, row in enumerate(_rows(dataset), start=1):
            origin = f"{split} row {number}"
            yield attempt(
                origin,
                partial(json.dumps, row, ensure_ascii=False, default=str),
                partial(self._record, row, dataset.features, columns, scheme, f"{split}-{number}"),
                at=f"{self.settings.path} {origin}",
            )

    def _split(self, split: str) -> Any:
        if split not in self._splits:
            raise ConfigError(
                f"the source has no split {split!r}; it has: {', '.join(self._splits)}"
            )
        return self._splits[split]

    def _scheme(self, dataset: Any, columns: Columns) -> Scheme:
        if self.settings.scheme != "auto":
            return self.settings.scheme
        if columns.tags is None:
            return "iob2"
        # names of class labels show tags of which the first rows may have none
        named = [[name] for name in columns.tag_names or ()]
        rows = islice(_rows(dataset.select_columns(columns.tags)), SCAN_ROWS)
        return detect_scheme(chain(named, (_readable_tags(row, columns) for row in rows)))

    def _record(
        self,
        row: Mapping[str, Any],
        features: Mapping[str, Any],
        columns: Columns,
        scheme: Scheme,
        default_id: str,
    ) -> Record:
        settings = self.settings
        labels = {n: decode(row[c], features[c]) for n, c in settings.label_columns.items()}
        common: dict[str, Any] = {
            "id": fields.id_of(row[columns.id], columns.id) if columns.id else default_id,
            "labels": fields.scalars_of(labels, "label_columns"),
            "side_texts": {
                name: fields.text_of(row[column], column)
                for name, column in settings.side_text_columns.items()
            },
            "meta": {name: decode(row[name], features[name]) for name in columns.meta},
        }
        text = fields.text_of(row[columns.text], columns.text) if columns.text else None
        if columns.tokens and not columns.spans:
            return tagged_record(
                tokens=_tokens(row, columns),
                tags=_tags(row, columns) if columns.tags else None,
                scheme=scheme,
                settings=settings,
                joiner=self._joiner,
                text=text,
                word_tags=_word_tags(row, features, columns),
                **common,
            )
        keys = fields.SpanKeys(settings.start_key, settings.end_key, settings.label_key)
        spans, relations = (
            structs(decode(row[name], features[name]), reason) if name else None
            for name, reason in ((columns.spans, "bad_span"), (columns.relations, "bad_relation"))
        )
        return Record(
            text=text or "",
            language=settings.language,
            spans=fields.spans_of(plain_spans(spans, keys), columns.spans or "spans", keys),
            relations=fields.relations_of(relations, columns.relations or ""),
            tokens=located(row[columns.tokens], text or "") if columns.tokens else None,
            word_tags=_word_tags(row, features, columns),
            **common,
        )


def _rows(dataset: Any) -> Iterator[dict[str, Any]]:
    """Rows as they are stored: class labels as numbers, images and sounds not decoded."""
    for table in dataset.with_format("arrow").iter(BATCH):
        yield from table.to_pylist()


def _tokens(row: Mapping[str, Any], columns: Columns) -> list[str]:
    tokens = row[columns.tokens or ""] or []
    for number, token in enumerate(tokens, start=1):
        if not isinstance(token, str) or not token.strip(" \t\r\n"):
            raise InputError("bad_tokens", f"word {number} is {fields.show(token)}")
    if columns.tags and len(row[columns.tags] or []) != len(tokens):
        raise InputError("bad_tokens", f"{len(tokens)} words, {len(row[columns.tags] or [])} tags")
    return list(tokens)


def _tags(row: Mapping[str, Any], columns: Columns) -> list[str]:
    names = columns.tag_names
    tags = []
    for number, tag in enumerate(row[columns.tags or ""] or [], start=1):
        if names is not None and isinstance(tag, int) and 0 <= tag < len(names):
            tag = names[tag]
        if not isinstance(tag, str):
            raise InputError("bad_tag", f"tag {number} is {fields.show(tag)}, which has no name")
        tags.append(tag)
    return tags


def _word_tags(
    row: Mapping[str, Any], features: Mapping[str, Any], columns: Columns
) -> dict[str, tuple[str, ...]]:
    """The layers of word tags; a row in which one is null does not have it."""
    found = {}
    for layer, column in columns.word_tags.items():
        tags = decode(row[column], features[column])
        if tags is None:
            continue
        for number, tag in enumerate(tags, start=1):
            if not isinstance(tag, str):
                what = f"{column}: tag {number} is {fields.show(tag)}"
                raise InputError("bad_word_tags", what)
        found[layer] = tuple(tags)
    return found


def _readable_tags(row: Mapping[str, Any], columns: Columns) -> list[str]:
    """The tags, or none where one cannot be read (the row is refused later)."""
    try:
        return _tags(row, columns)
    except InputError:
        return []
