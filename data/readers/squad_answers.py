"""Answers of a SQuAD question to spans, and answers that do not stand where they should."""

from __future__ import annotations

from collections import Counter
from typing import Any

from spanferry.data.errors import InputError
from spanferry.data.readers import jsonl_fields as fields
from spanferry.data.records import Span

#: Characters that `answer_start` may be off where the text of the answer stands in the context more
#: than once. Where it stands there once only, that place is meant, however far it is.
REACH = 20


def answers_of(value: Any, context: str, label: str) -> tuple[Span, ...]:
    """The distinct answers as spans `s1`, `s2`, ... in the order in which they are first given.

    Args:
        value: the list of answers, each with `text` and `answer_start`; null is an empty one.
        context: the text that they stand in.
        label: of the spans.

    Raises:
        InputError: `bad_field`, or `bad_answer` for one that is not found.
    """
    found: Counter[tuple[int, int]] = Counter()
    moved: dict[tuple[int, int], int] = {}
    for number, one in enumerate(fields.list_of(value, "answers")):
        field = f"answers[{number}]"
        given = fields.object_of(one, field)
        text = fields.text_of(given.get("text"), f"{field}.text")
        start = given.get("answer_start")
        if not isinstance(start, int) or isinstance(start, bool):
            shown = fields.show(start)
            raise InputError("bad_field", f"{field}.answer_start must be a number, not {shown}")
        place = find_answer(context, text, start, field)
        found[place] += 1
        if place[0] != start + len(text) - len(text.lstrip()):
            moved.setdefault(place, start)
    return tuple(
        Span(
            *place,
            label,
            id=f"s{number}",
            attributes={
                **({"count": str(count)} if count > 1 else {}),
                **({"answer_start": str(moved[place])} if place in moved else {}),
            },
        )
        for number, (place, count) in enumerate(found.items(), start=1)
    )


def find_answer(context: str, text: str, start: int, field: str = "answer") -> tuple[int, int]:
    """The range of an answer, without white space at its edges.

    The place that is given counts where the text stands there. Otherwise it is the only place that
    the text has in the context, or of several the nearest within `REACH` characters.

    >>> find_answer("In 1066 and 1067", "1067", 11)
    (12, 16)

    Raises:
        InputError: `bad_answer`: the text is empty, stands nowhere, or in several places none of
            which is near, or two equally near.
    """
    bare = text.strip()
    if not bare:
        raise InputError("bad_answer", f"{field}: the text is empty")
    start += len(text) - len(text.lstrip())
    if start >= 0 and context.startswith(bare, start):
        return start, start + len(bare)
    places = _places(context, bare)
    if not places:
        raise InputError("bad_answer", f"{field}: {bare!r} does not stand in the context")
    if len(places) > 1:
        near = sorted((abs(place - start), place) for place in places)
        if near[0][0] > REACH or near[0][0] == near[1][0]:
            raise InputError(
                "bad_answer",
                f"{field}: {bare!r} does not stand at {start}, but in {len(places)} other places, "
                f"and it is not clear which is meant: {places[:5]}",
            )
        places = [near[0][1]]
    return places[0], places[0] + len(bare)


def _places(context: str, text: str) -> list[int]:
    """Every place of a text, overlapping ones too."""
    places, at = [], context.find(text)
    while at >= 0:
        places.append(at)
        at = context.find(text, at + 1)
    return places
