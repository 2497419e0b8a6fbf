"""The spans that are worth a look: methods differ on them, or are wrong."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from spanferry.data.records import Span
from spanferry.flows.comparing.cases import Case
from spanferry.flows.comparing.figures import SetResult
from spanferry.flows.comparing.outcomes import Outcome


@dataclass(frozen=True, slots=True)
class Disagreement:
    """A source span that not all methods have right.

    Args:
        outcomes: under each method.
    """

    case: Case
    span: Span
    outcomes: tuple[Outcome, ...]

    @property
    def worst(self) -> float:
        """The greatest confidence of a wrong place; -1 where none is wrong."""
        return max((one.score for one in self.outcomes if one.wrong), default=-1.0)

    @property
    def places(self) -> list[int]:
        """For each method the number of its place, the same for the same place."""
        numbers: dict[object, int] = {}
        return [numbers.setdefault(one.place, len(numbers)) for one in self.outcomes]


def disagreements(result: SetResult) -> list[Disagreement]:
    """Those of a set: first where a method is wrong and sure of it.

    Spans that all methods have right are left out. Those that all of them miss are the last ones.
    Without gold they are the spans on which methods differ, first those where the least sure one
    is the surest.
    """
    found = [
        Disagreement(case, span, tuple(of_case[number] for of_case in of_methods))
        for case, *of_methods in zip(result.data.cases, *result.outcomes, strict=True)
        for number, span in enumerate(case.item.spans)
    ]
    if not result.data.gold:
        return sorted(
            (one for one in found if len(set(one.places)) > 1),
            key=lambda one: -min(outcome.score for outcome in one.outcomes),
        )
    return sorted(
        (one for one in found if not all(outcome.right for outcome in one.outcomes)),
        key=lambda one: (-one.worst, all(part.place is None for part in one.outcomes)),
    )


def kinds(of: Sequence[Outcome]) -> str:
    """What happened to a span: `none-placed`, `some-right`, `all-wrong`; `differ` without gold."""
    if all(one.place is None for one in of):
        return "none-placed"
    if any(one.right is None for one in of):
        return "differ"
    return "some-right" if any(one.right for one in of) else "all-wrong"
