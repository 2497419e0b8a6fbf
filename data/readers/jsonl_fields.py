"""The fields of a JSON object to those of a record, with an answer for each thing that is wrong."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from spanferry.data.errors import InputError
from spanferry.data.records import Offsets, Relation, Span


@dataclass(frozen=True, slots=True)
class SpanKeys:
    """What the parts of a span are called in the input."""

    start: str = "start"
    end: str = "end"
    label: str = "label"


def text_of(value: Any, field: str) -> str:
    """A string.

    Raises:
        InputError: `bad_field`.
    """
    if not isinstance(value, str):
        raise InputError("bad_field", f"{field!r} must be a string, not {show(value)}")
    return value


def id_of(value: Any, field: str) -> str:
    """An id: a string, or a whole number as its digits.

    Raises:
        InputError: `bad_field`.
    """
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return text_of(value, field)


def object_of(value: Any, field: str) -> Mapping[str, Any]:
    """An object; null is an empty one.

    Raises:
        InputError: `bad_field`.
    """
    if not isinstance(value, dict | None):
        raise InputError("bad_field", f"{field!r} must be an object, not {show(value)}")
    return value or {}


def list_of(value: Any, field: str) -> Sequence[Any]:
    """A list; null is an empty one.

    Raises:
        InputError: `bad_field`.
    """
    if not isinstance(value, list | None):
        raise InputError("bad_field", f"{field!r} must be a list, not {show(value)}")
    return value or []


def scalars_of(value: Any, field: str, reason: str = "bad_field") -> dict[str, str]:
    """An object of strings: numbers and booleans become their JSON text, null leaves the key out.

    Raises:
        InputError: `reason`; lists and objects have no place there.
    """
    found: dict[str, str] = {}
    for key, one in object_of(value, field).items():
        if isinstance(one, list | dict):
            raise InputError(
                reason, f"{field}.{key} is {show(one)}; only plain values here, put it in 'meta'"
            )
        if one is not None:
            found[key] = one if isinstance(one, str) else json.dumps(one)
    return found


def range_of(value: Any, field: str, reason: str) -> Offsets:
    """A range: `[start, end]`, or an object with `start` and `end` (and anything else).

    Raises:
        InputError: `reason`.
    """
    pair = [value.get("start"), value.get("end")] if isinstance(value, dict) else value
    if not (isinstance(pair, list) and len(pair) == 2 and all(map(is_offset, pair))):
        raise InputError(reason, f"{field} must hold ranges [start, end], not {show(value)}")
    return pair[0], pair[1]


def spans_of(value: Any, field: str, keys: SpanKeys) -> tuple[Span, ...]:
    """The spans; one without an id is called `s1`, `s2`, ... after its place in the list.

    Raises:
        InputError: `bad_field`, `bad_span` or `bad_offset`.
    """
    return tuple(
        span_of(one, f"{field}[{number - 1}]", f"s{number}", keys)
        for number, one in enumerate(list_of(value, field), start=1)
    )


def span_of(value: Any, field: str, default_id: str, keys: SpanKeys) -> Span:
    """A span: an object, or a list of start, end and label.

    Raises:
        InputError: `bad_field`, `bad_span` or `bad_offset`.
    """
    if isinstance(value, list):
        if len(value) != 3:
            raise InputError("bad_span", f"{field} must be [start, end, label], not {show(value)}")
        value = {keys.start: value[0], keys.end: value[1], keys.label: value[2]}
    if not isinstance(value, dict):
        raise InputError("bad_span", f"{field} must be an object or a list, not {show(value)}")
    given = dict(value)
    id, label = given.pop("id", None), given.pop(keys.label, None)
    ranges = list_of(given.pop("fragments", None), f"{field}.fragments")
    fragments = tuple(range_of(one, f"{field}.fragments", "bad_offset") for one in ranges)
    start = given.pop(keys.start, fragments[0][0] if fragments else None)
    end = given.pop(keys.end, fragments[-1][1] if fragments else None)
    attributes = scalars_of(given.pop("attributes", None), f"{field}.attributes", "bad_span")
    more = scalars_of(given, field, "bad_span")
    if both := attributes.keys() & more.keys():
        raise InputError("bad_span", f"{field} has {sorted(both)} in its attributes and beside")
    if not isinstance(label, str):
        raise InputError("bad_span", f"{field}: {keys.label!r} must be a string, not {show(label)}")
    if not (is_offset(start) and is_offset(end)):
        raise InputError(
            "bad_offset",
            f"{field}: {keys.start!r} and {keys.end!r} must be whole numbers, "
            f"not {show(start)} and {show(end)}",
        )
    return Span(
        start,
        end,
        label,
        id=default_id if id is None else id_of(id, f"{field}.id"),
        attributes={**attributes, **more},
        fragments=fragments,
    )


def relations_of(value: Any, field: str) -> tuple[Relation, ...]:
    """The relations.

    Raises:
        InputError: `bad_field` or `bad_relation`.
    """
    found = []
    for index, one in enumerate(list_of(value, field)):
        if not isinstance(one, dict) or set(one) != {"head", "tail", "label"}:
            raise InputError(
                "bad_relation",
                f"{field}[{index}] must be an object of head, tail and label, not {show(one)}",
            )
        head, tail = (id_of(one[end], f"{field}[{index}].{end}") for end in ("head", "tail"))
        found.append(Relation(head, tail, text_of(one["label"], f"{field}[{index}].label")))
    return tuple(found)


def word_tags_of(value: Any, field: str) -> dict[str, tuple[str, ...]]:
    """Layers of word tags: an object of lists of strings.

    Raises:
        InputError: `bad_field` or `bad_word_tags`.
    """
    found = {}
    for layer, tags in object_of(value, field).items():
        if not isinstance(tags, list) or not all(isinstance(tag, str) for tag in tags):
            raise InputError(
                "bad_word_tags", f"{field}.{layer} must be a list of strings, not {show(tags)}"
            )
        found[layer] = tuple(tags)
    return found


def is_offset(value: Any) -> bool:
    """Whether a value is a whole number."""
    return isinstance(value, int) and not isinstance(value, bool)


def show(value: Any) -> str:
    """A value in an error text, cut to a readable length."""
    text = json.dumps(value, ensure_ascii=True, default=repr)
    return text if len(text) <= 60 else f"{text[:57]}..."
