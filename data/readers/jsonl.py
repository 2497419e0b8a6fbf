"""JSON Lines with character spans; `spanferry.data.jsonl` shows the format.

Everything but the text may be missing. Other tools' files are read by naming their fields:

- doccano, `{"text", "label": [[0, 4, "PER"]]}`: `spans_field: label`; where its spans are objects,
  `spans_field: entities`, `start_key: start_offset`, `end_key: end_offset`;
- spaCy's `{"text", "entities": [[0, 4, "PER"]]}`: `spans_field: entities`;
- Prodigy's `{"text", "tokens", "spans": [{"start", "end", "label"}]}`: nothing.

Events become spans and relations, as `spanferry.data.readers.jsonl_events` says: the trigger and
the arguments are spans, a role is a relation from the trigger to an argument.

Keys of a span that are none of ours become its attributes, keys of the object that are none of
ours go to `meta`.

Bad lines: `bad_encoding`, `bad_json`, `bad_unicode`, `bad_field` (a wrong type), `bad_span`,
`bad_offset`, `bad_relation`, `bad_event`, `bad_tokens`, `bad_word_tags`, and the others of
`records.validate`. A line of white space is no record.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, ClassVar, Literal

from pydantic import Field

from spanferry.data.errors import InputError
from spanferry.data.jsonl import parse_line
from spanferry.data.readers import jsonl_fields as fields
from spanferry.data.readers.base import Read, ReaderSettings, attempt, failure
from spanferry.data.readers.file_reader import FileReader
from spanferry.data.readers.files import SourceFile, read_lines
from spanferry.data.readers.jsonl_events import events_of
from spanferry.data.records import Record


class JsonlSettings(ReaderSettings):
    """Settings of the reader `jsonl`."""

    reader: Literal["jsonl"] = "jsonl"
    id_field: str = Field(default="id", description="Field of the record's id.")
    text_field: str = Field(default="text", description="Field of the text.")
    spans_field: str = Field(
        default="spans", description="Field of the spans: objects, or [start, end, label] lists."
    )
    start_key: str = Field(default="start", description="Start of a span, in a span object.")
    end_key: str = Field(default="end", description="End of a span, exclusive.")
    label_key: str = Field(default="label", description="Label of a span.")
    events_field: str = Field(
        default="events", description="Field of the events: a trigger and arguments with roles."
    )
    label_fields: dict[str, str] = Field(
        default={}, description="Labels of the whole record, by name: the field that holds each."
    )
    side_text_fields: dict[str, str] = Field(
        default={}, description="Texts that are translated along, by name: the field of each."
    )


class JsonlReader(FileReader):
    """JSON Lines with character spans; the forms of doccano and spaCy too."""

    Settings: ClassVar[type[ReaderSettings]] = JsonlSettings

    def __init__(self, settings: JsonlSettings) -> None:
        super().__init__(settings)
        self.settings = settings

    def read_file(self, file: SourceFile) -> Iterator[Read]:
        """The lines of a file; lines of white space are skipped."""
        number = 0
        for row, raw in enumerate(read_lines(file.path), start=1):
            if raw.strip():
                number += 1
                yield self._read_line(raw, file, row, f"{file.prefix}-{number}")

    def _read_line(self, raw: bytes, file: SourceFile, row: int, id: str) -> Read:
        origin, place = f"{file.name}:{row}", f"{file.path}:{row}"
        try:
            line = raw.decode("utf-8")
        except UnicodeDecodeError as error:
            what = f"byte 0x{raw[error.start]:02x} at {error.start} is not UTF-8"
            shown = raw.decode("utf-8", "backslashreplace")
            return failure("bad_encoding", what, origin=origin, at=place, raw=shown)
        return attempt(
            origin,
            lambda: line,
            lambda: record_from_json(parse_line(line), self.settings, id),
            at=place,
        )


def record_from_json(found: Mapping[str, Any], settings: JsonlSettings, default_id: str) -> Record:
    """The record of a JSON object, not yet validated.

    Args:
        found: the object.
        settings: the names of its fields.
        default_id: the id, where it has none.

    Raises:
        InputError: a field is missing or of the wrong type.
    """
    rest = dict(found)
    if settings.text_field not in rest:
        has = ", ".join(rest) or "none"
        raise InputError("bad_field", f"there is no {settings.text_field!r}; the fields are: {has}")
    text = fields.text_of(rest.pop(settings.text_field), settings.text_field)
    id = rest.pop(settings.id_field, None)
    language = rest.pop("language", None)
    keys = fields.SpanKeys(settings.start_key, settings.end_key, settings.label_key)
    spans = fields.spans_of(rest.pop(settings.spans_field, None), settings.spans_field, keys)
    relations = fields.relations_of(rest.pop("relations", None), "relations")
    spans, roles = events_of(rest.pop(settings.events_field, None), settings.events_field, spans)
    labels = {
        **fields.scalars_of(rest.pop("labels", None), "labels"),
        **_picked(rest, settings.label_fields),
    }
    side_texts = {
        name: fields.text_of(value, f"side_texts.{name}")
        for name, value in {
            **fields.object_of(rest.pop("side_texts", None), "side_texts"),
            **{
                name: rest.pop(key)
                for name, key in settings.side_text_fields.items()
                if key in rest
            },
        }.items()
    }
    tokens = rest.pop("tokens", None)
    word_tags = fields.word_tags_of(rest.pop("word_tags", None), "word_tags")
    meta = dict(fields.object_of(rest.pop("meta", None), "meta"))
    if both := meta.keys() & rest.keys():
        raise InputError("bad_json", f"{sorted(both)} stand in 'meta' and beside it")
    return Record(
        id=default_id if id is None else fields.id_of(id, settings.id_field),
        text=text,
        language=settings.language if language is None else fields.text_of(language, "language"),
        spans=spans,
        relations=(*relations, *roles),
        labels=labels,
        side_texts=side_texts,
        tokens=None
        if tokens is None
        else tuple(
            fields.range_of(one, "tokens", "bad_tokens") for one in fields.list_of(tokens, "tokens")
        ),
        word_tags=word_tags,
        meta={**meta, **rest},
    )


def _picked(rest: dict[str, Any], wanted: Mapping[str, str]) -> dict[str, str]:
    given = {name: rest.pop(key) for name, key in wanted.items() if key in rest}
    return fields.scalars_of(given, "labels")
