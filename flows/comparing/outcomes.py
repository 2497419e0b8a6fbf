"""What each method made of each source span, beside gold."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from spanferry.data.errors import AccountingError
from spanferry.data.records import Offsets
from spanferry.flows.comparing.cases import Case, Place
from spanferry.projection.base import Projection


@dataclass(frozen=True, slots=True)
class Outcome:
    """A source span under one method.

    Args:
        place: in the units of the gold set; None where it is missing.
        ranges: the same in characters of the translation.
        score: its confidence; 0 where it is missing.
        right: its place and label are those of a gold span; None where there is no gold.
        reason: why it is missing.
        by: the method that placed it: of a list of methods, one of these.
    """

    place: Place | None = None
    ranges: tuple[Offsets, ...] = ()
    score: float = 0.0
    right: bool | None = None
    reason: str = ""
    by: str = ""

    @property
    def wrong(self) -> bool:
        """It was placed, and not where gold has it."""
        return self.place is not None and self.right is False


#: For each case, for each of its source spans.
Outcomes = list[list[Outcome]]


def outcomes(
    cases: Sequence[Case], projections: Sequence[Projection], method: str, *, gold: bool = True
) -> Outcomes:
    """What became of the source spans of all cases, in their order.

    Args:
        gold: the cases have hand-made spans.
        method: for errors.

    Raises:
        AccountingError: a span is neither placed nor missing, or both.
    """
    return [
        _of_case(case, projection, method, gold)
        for case, projection in zip(cases, projections, strict=True)
    ]


def _of_case(case: Case, projection: Projection, method: str, gold: bool) -> list[Outcome]:
    names = [span.source_span for span in projection.spans]
    names += [missing.source_span for missing in projection.missing]
    if sorted(names) != sorted(span.id for span in case.item.spans):
        raise AccountingError(
            f"{method}: pair {case.id!r} has {len(case.item.spans)} spans, and its projection "
            f"accounts for {names}"
        )
    found: dict[str, Outcome] = {
        missing.source_span: Outcome(right=False if gold else None, reason=missing.reason)
        for missing in projection.missing
    }
    for span in projection.spans:
        place = case.place(span)
        right = bool(place) and (place[0][0], place[-1][1], span.label) in case.wanted
        known = right if gold else None
        found[span.source_span] = Outcome(place, span.ranges(), span.score, known, by=span.method)
    return [found[span.id] for span in case.item.spans]
