"""Spans as datasets store them, to the form that `jsonl_fields.spans_of` reads.

Columns of a dataset have fixed types, so spanferry publishes the attributes of a span as a list of
`{"key", "value"}`, and beside them what it knows of a projected span (its text, score and method).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from spanferry.data.errors import InputError
from spanferry.data.readers.jsonl_fields import SpanKeys, show
from spanferry.data.readers.tokens import locate
from spanferry.data.records import Offsets

#: What a projected span has beside its labels: of this placing of the span, no attributes of it.
OF_PROJECTION = frozenset({"text", "score", "method", "source_span"})


def structs(value: Any, reason: str) -> Any:
    """A struct of lists as the list of structs that it stands for; anything else as it is.

    Raises:
        InputError: `reason`; the lists are not of one length.
    """
    if not isinstance(value, dict):
        return value
    sizes = {key: len(values or []) for key, values in value.items()}
    if len(set(sizes.values())) > 1:
        raise InputError(reason, f"lists of different lengths: {sizes}")
    count = next(iter(sizes.values()), 0)
    return [{key: value[key][index] for key in value} for index in range(count)]


def plain_spans(spans: Any, keys: SpanKeys) -> Any:
    """Spans without what belongs to their projection, and with attributes as one object each.

    Raises:
        InputError: `bad_span`; a key stands twice among the attributes of a span.
    """
    if not isinstance(spans, list):
        return spans
    left_out = OF_PROJECTION - {keys.start, keys.end, keys.label}
    found = []
    for index, span in enumerate(spans):
        if isinstance(span, dict):
            span = {key: value for key, value in span.items() if key not in left_out}
            if "attributes" in span:
                span["attributes"] = _attributes(span["attributes"], f"spans[{index}].attributes")
        found.append(span)
    return found


def located(tokens: Any, text: str) -> tuple[Offsets, ...] | None:
    """Where the words stand in the text; None if they do not make it up, but for white space."""
    if not isinstance(tokens, list):
        return None
    if not all(isinstance(token, str) and token.strip() for token in tokens):
        return None
    return locate(tokens, text)


def _attributes(value: Any, field: str) -> Any:
    """An object from `[{"key": "a", "value": "b"}]` or the pairs `[["a", "b"]]` of an Arrow map."""
    if not isinstance(value, list):
        return value
    pairs = [_pair(one) for one in value]
    if None in pairs:
        return value  # refused as what it is
    found = dict(pair for pair in pairs if pair is not None)
    if len(found) < len(pairs):
        raise InputError("bad_span", f"{field} has a key twice: {show(value)}")
    return found


def _pair(value: Any) -> tuple[str, Any] | None:
    if isinstance(value, dict) and value.keys() == {"key", "value"}:
        value = (value["key"], value["value"])
    is_pair = isinstance(value, Sequence) and len(value) == 2 and isinstance(value[0], str)
    return (value[0], value[1]) if is_pair and not isinstance(value, str) else None
