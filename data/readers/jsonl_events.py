"""Events of a JSON object as spans and relations.

    "events": [{"id": "e1", "type": "Attack", "trigger": {"start": 10, "end": 18},
                "arguments": [{"role": "Attacker", "start": 0, "end": 9},
                              {"role": "Place", "span": "s2"}]}]

An event is its trigger: a span whose label is the type of the event. An argument is a span too, and
its role a relation from the trigger to it. So events are projected, filtered and counted as spans
and relations are, and published as these.

- A trigger or an argument is given by its offsets, as a span is, or names a span of the record:
  `{"span": "s2"}`. An argument may name another event, too, which stands for its trigger.
- A span made for a trigger has the id of its event, if it has none of its own.
- A span made for an argument has the label that the argument gives, or else its role. Arguments
  that are equal but for their role, and have no id, share one span.
- Two events never share a trigger, so that it stays known whose argument is whose.
- Further keys of an event become attributes of its trigger, those of an argument, attributes of
  its span.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from spanferry.data.errors import InputError
from spanferry.data.readers import jsonl_fields as fields
from spanferry.data.records import Offsets, Relation, Span

REASON = "bad_event"


def events_of(
    value: Any, field: str, spans: Sequence[Span]
) -> tuple[tuple[Span, ...], tuple[Relation, ...]]:
    """The spans of a record together with those of its events, and the relations of the events.

    Args:
        value: the list of events; null is an empty one.
        field: its name, for errors.
        spans: the spans that the record has anyway. Those made for triggers and then for arguments
            follow them; an event without an id is called `e1`, `e2`, ... after its place in the
            list, its arguments `e1-1`, `e1-2`, ...

    Raises:
        InputError: `bad_field`, `bad_offset`, `bad_span` or `bad_event`.
    """
    events = fields.list_of(value, field)
    if not events or len({span.id for span in spans}) < len(spans):
        return tuple(spans), ()  # what is wrong with the spans is found later
    found = _Events(spans)
    # all triggers come first, so that an argument may name a later event
    given = [
        found.trigger(one, f"{field}[{number - 1}]", f"e{number}")
        for number, one in enumerate(events, start=1)
    ]
    for number, (trigger, arguments) in enumerate(given):
        place = f"{field}[{number}].arguments"
        for at, one in enumerate(fields.list_of(arguments, place), start=1):
            found.argument(one, f"{place}[{at - 1}]", trigger, f"{trigger}-{at}")
    return tuple(found.spans.values()), tuple(found.relations)


class _Events:
    """Spans by id, and relations, as they are found."""

    def __init__(self, spans: Sequence[Span]) -> None:
        self.spans = {span.id: span for span in spans}
        self.relations: list[Relation] = []
        self._triggers: dict[str, str] = {}  # id of the span: field of its event
        self._events: dict[str, str] = {}  # id of the event: id of its trigger
        self._arguments: dict[tuple[int, int, str, tuple[Offsets, ...]], str] = {}

    def trigger(self, value: Any, field: str, default_id: str) -> tuple[str, Any]:
        """The id of an event's trigger, and its arguments as they are given."""
        given = _object(value, field)
        trigger, arguments = given.pop("trigger", None), given.pop("arguments", None)
        kind, name = given.pop("type", None), given.pop("id", None)
        event = default_id if name is None else fields.id_of(name, f"{field}.id")
        more = fields.scalars_of(given.pop("attributes", None), f"{field}.attributes", REASON)
        attributes = {**more, **fields.scalars_of(given, field, REASON)}
        named = _named(trigger, f"{field}.trigger")
        if named is None:
            span = _made(trigger, f"{field}.trigger", event, kind)
            self._add(span, field)
        else:
            span = self._span(named, f"{field}.trigger")
        if kind not in (None, span.label):
            text = f"type {fields.show(kind)}, but the label of its trigger is {span.label!r}"
            raise InputError(REASON, f"{field}: {text}")
        if span.id in self._triggers:
            raise InputError(
                REASON,
                f"{field}: {span.id!r} is the trigger of {self._triggers[span.id]}, too; give it "
                "by its offsets, for a span of its own",
            )
        if event in self._events or (event != span.id and event in self.spans):
            raise InputError(REASON, f"{field}: the id {event!r} is taken")
        if both := span.attributes.keys() & attributes.keys():
            raise InputError(REASON, f"{field}: its trigger has {sorted(both)} as well")
        self.spans[span.id] = replace(span, attributes={**span.attributes, **attributes})
        self._triggers[span.id] = field
        self._events[event] = span.id
        return span.id, arguments

    def argument(self, value: Any, field: str, trigger: str, id: str) -> None:
        """Add an argument: its span, where it is none of the record's, and its relation."""
        given = _object(value, field)
        role = given.pop("role", None)
        if not isinstance(role, str) or not role:
            raise InputError(REASON, f"{field}: 'role' must be a string, not {fields.show(role)}")
        named = _named(given, field)
        if named is None:
            span = _made(given, field, id, role)
            key = (span.start, span.end, span.label, span.fragments)
            same = self.spans.get(self._arguments.get(key, ""))
            if same is not None and span.id == id and same.attributes == span.attributes:
                span = same
            else:
                self._add(span, field)
                self._arguments[key] = span.id
        else:
            span = self._span(named, field)
        self.relations.append(Relation(trigger, span.id, role))

    def _add(self, span: Span, field: str) -> None:
        if span.id in self.spans:
            raise InputError(REASON, f"{field}: the id {span.id!r} is taken")
        self.spans[span.id] = span

    def _span(self, id: str, field: str) -> Span:
        span = self.spans.get(self._events.get(id, id))
        if span is None:
            raise InputError(REASON, f"{field}: no span and no event has the id {id!r}")
        return span


def _object(value: Any, field: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise InputError(REASON, f"{field} must be an object, not {fields.show(value)}")
    return dict(value)


def _named(value: Any, field: str) -> str | None:
    """The id of the span that is named, or None where offsets are given."""
    if not isinstance(value, dict) or "span" not in value:
        return None
    if more := sorted(value.keys() - {"span"}):
        raise InputError(REASON, f"{field} names a span, so it cannot have {more}")
    return fields.id_of(value["span"], f"{field}.span")


def _made(value: Any, field: str, default_id: str, label: Any) -> Span:
    """The span that stands at given offsets."""
    given = _object(value, field)
    given = given if label is None else {"label": label, **given}
    return fields.span_of(given, field, default_id, fields.SpanKeys())
