"""Records as JSON objects, one a line: what the reader `jsonl` reads, and its inverse.

    {"id": "7", "text": "Ada wrote it.", "language": "en",
     "spans": [{"id": "s1", "start": 0, "end": 3, "label": "PER",
                "attributes": {"wikidata": "Q7259"}, "fragments": []}],
     "relations": [{"head": "s1", "tail": "s2", "label": "author_of"}],
     "labels": {"topic": "history"}, "side_texts": {"question": "Who?"},
     "tokens": [[0, 3], [4, 9], [10, 12], [12, 13]],
     "word_tags": {"upos": ["PROPN", "VERB", "PRON", "PUNCT"]}, "meta": {"page": 3}}

Offsets count Unicode code points, as everywhere in spanferry. Where a tool counted UTF-16 units
(JavaScript), spans come out one too far to the right after each character beyond U+FFFF (emoji).
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Any

from spanferry.data.errors import InputError
from spanferry.data.records import Record, Span


def record_to_json(record: Record) -> dict[str, Any]:
    """A record as a JSON object; reading it again gives an equal record.

    What is empty is left out, so that a plain record stays short.
    """
    found: dict[str, Any] = {
        "id": record.id,
        "text": record.text,
        "language": record.language,
        "spans": [_span_to_json(span) for span in record.spans],
        "relations": [
            {"head": relation.head, "tail": relation.tail, "label": relation.label}
            for relation in record.relations
        ],
        "labels": dict(record.labels),
        "side_texts": dict(record.side_texts),
        "word_tags": {layer: list(tags) for layer, tags in record.word_tags.items()},
        "meta": dict(record.meta),
    }
    always = ("id", "text", "language")
    kept = {key: value for key, value in found.items() if value or key in always}
    if record.tokens is not None:
        kept["tokens"] = [list(token) for token in record.tokens]
    return kept


def dump_line(record: Record) -> str:
    """A record as one line of a JSON Lines file, without the line end."""
    return json.dumps(record_to_json(record), ensure_ascii=False)


def parse_line(line: str) -> dict[str, Any]:
    """The JSON object on a line, checked for what Python's parser lets pass.

    Raises:
        InputError: `bad_json` (no JSON, no object, a key that stands twice, NaN, a
            number beyond 64 bits, as `1e400`), or `bad_unicode` (half of a surrogate pair, as
            `"\\ud800"`).
    """
    try:
        found = strict_decoder().decode(line)
    except (ValueError, RecursionError) as error:
        hint = "; an object must stand on one line" if line.strip() in ("[", "{") else ""
        raise InputError("bad_json", f"no JSON: {error}{hint}") from None
    if not isinstance(found, dict):
        kind = type(found).__name__
        raise InputError("bad_json", f"each line must hold an object, this one holds a {kind}")
    if "\\u" in line:
        try:
            json.dumps(found, ensure_ascii=False).encode("utf-8")
        except UnicodeEncodeError as error:
            code = ord(error.object[error.start])
            raise InputError("bad_unicode", f"a lone surrogate, \\u{code:04x}") from None
    return found


def strict_decoder() -> json.JSONDecoder:
    """A decoder that raises InputError (`bad_json`) for what Python's lets pass: a key that stands
    twice, NaN and Infinity, and numbers that are too large."""
    return json.JSONDecoder(
        object_pairs_hook=_unique, parse_constant=_no_constant, parse_float=_finite
    )


def _span_to_json(span: Span) -> dict[str, Any]:
    found: dict[str, Any] = {
        "id": span.id,
        "start": span.start,
        "end": span.end,
        "label": span.label,
    }
    if span.attributes:
        found["attributes"] = dict(span.attributes)
    if span.fragments:
        found["fragments"] = [list(fragment) for fragment in span.fragments]
    return found


def _unique(pairs: list[tuple[str, Any]]) -> Mapping[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        keys = [key for key, _ in pairs]
        twice = next(key for key in keys if keys.count(key) > 1)
        raise InputError("bad_json", f"the key {twice!r} stands twice in one object")
    return found


def _no_constant(name: str) -> None:
    raise InputError("bad_json", f"{name} is not JSON")


def _finite(number: str) -> float:
    """A number with a fraction or an exponent; Python reads `1e400` as infinity."""
    found = float(number)
    if math.isinf(found):
        shown = number if len(number) <= 40 else f"{number[:37]}..."
        raise InputError("bad_json", f"{shown} is too large for a number of 64 bits")
    return found
