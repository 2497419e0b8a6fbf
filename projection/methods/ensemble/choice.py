"""The joint choice among places of one range or of several."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from spanferry.data.records import Span
from spanferry.projection.base import ProjectionInput
from spanferry.projection.methods.assignment import Place, assign
from spanferry.projection.methods.ensemble.votes import Option
from spanferry.projection.pieces import placed_at
from spanferry.projection.placed import taken


def choose(
    item: ProjectionInput, spans: Sequence[Span], choices: Sequence[Sequence[Option]]
) -> list[int | None]:
    """The option that each span gets; None where it has none, or finds all of them taken.

    Spans whose places all are of one range are decided together, exactly (`assignment.py`). The
    others come after them, the surest first, and get their best place that is still free.
    """
    wide = [any(len(option.ranges) > 1 for option in options) for options in choices]
    plain = [k for k, is_wide in enumerate(wide) if not is_wide]
    found: list[int | None] = [None] * len(spans)
    places = [
        Place(spans[k], [(*option.ranges[0], option.score) for option in choices[k]]) for k in plain
    ]
    for k, chosen in zip(plain, assign(places, item), strict=True):
        found[k] = chosen
    placed = list(item.placed)
    placed += [
        placed_at(spans[k], choices[k][chosen].ranges, 0.0, "")
        for k in plain
        if (chosen := found[k]) is not None
    ]
    rest = [k for k, is_wide in enumerate(wide) if is_wide]
    for k in sorted(rest, key=lambda k: (-choices[k][0].score, k)):
        others = taken(replace(item, placed=tuple(placed)), spans[k])
        for number, option in enumerate(choices[k]):
            if not any(a < d and c < b for a, b in option.ranges for c, d in others):
                found[k] = number
                placed.append(placed_at(spans[k], option.ranges, 0.0, ""))
                break
    return found
