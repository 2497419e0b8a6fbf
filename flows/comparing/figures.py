"""The figures of a comparison: quality, accounts, confidences, costs, and who agrees with whom."""

from __future__ import annotations

import statistics
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from spanferry.flows.comparing.bootstrap import Interval, f1_difference
from spanferry.flows.comparing.cases import Case, CaseSet
from spanferry.flows.comparing.outcomes import Outcome, Outcomes, outcomes
from spanferry.flows.comparing.running import MethodRun
from spanferry.projection.evaluate import LabelledRange, SpanReport, score_spans
from spanferry.projection.reliability import Reliability, reliability

#: Predicted spans of each case.
Predicted = list[frozenset[LabelledRange]]


@dataclass(frozen=True, slots=True)
class MethodFigures:
    """Of one method on one set.

    Args:
        revision: of the method and its models.
        scores: exact-match scores, by label and over all; None without gold, as are `difference`,
            `right` and `reliability`.
        difference: of its F1 from the first method's; None for the first.
        placed: source spans that it placed.
        right: those of them that are where gold has a span of their label.
        alone_right, alone_wrong: spans that it alone has right, or wrong; a missing one is neither.
        missing: how many are missing, by reason.
        reliability: of its confidences; None where it placed nothing.
        seconds: of each run.
        per_second: records a second, by the median of all runs.
        first_per_second: the same in the first run, when caches of models were empty.
        calls: of models, by name, in the first run.
        memory: see `MethodRun`.
        changed: see `MethodRun`.
    """

    name: str
    revision: str
    scores: SpanReport | None
    difference: Interval | None
    placed: int
    right: int | None
    alone_right: int
    alone_wrong: int
    missing: dict[str, int]
    reliability: Reliability | None
    seconds: tuple[float, ...]
    per_second: float
    first_per_second: float
    calls: dict[str, int]
    memory: int | None
    changed: bool


@dataclass(frozen=True, slots=True)
class SetFigures:
    """Of all methods on one set.

    Args:
        records: pairs that were projected.
        spans: their source spans.
        left_out: pairs that could not be projected, by the reason.
        same: source spans that all methods put in the same place, or all miss.
        some_right: source spans that at least one method has right.
        agreement: for each two methods the share of the source spans that they put in the same
            place, or both miss.
        oracle: scores of the best outcome of each span: a right one, else none, else a wrong one;
            None without gold.
        oracle_difference: of its F1 from the first method's.
    """

    name: str
    languages: tuple[str, str]
    links: str
    records: int
    spans: int
    left_out: dict[str, int]
    methods: tuple[MethodFigures, ...]
    same: int
    some_right: int
    agreement: tuple[tuple[float, ...], ...]
    oracle: SpanReport | None
    oracle_difference: Interval | None


@dataclass(frozen=True, slots=True)
class SetResult:
    """A set, what every method made of it, and the figures."""

    data: CaseSet
    runs: tuple[MethodRun, ...]
    outcomes: tuple[Outcomes, ...]
    figures: SetFigures


def measure(data: CaseSet, runs: Sequence[MethodRun], *, resamples: int) -> SetResult:
    """The figures of all runs over a set.

    Raises:
        AccountingError: a method lost a span.
    """
    found = tuple(outcomes(data.cases, run.projections, run.name, gold=data.gold) for run in runs)
    score = _Scorer(data, _predicted(data.cases, found[0]), resamples)
    by_span = [outcome for of_case in _by_span(found) for outcome in of_case]
    best = _predicted(data.cases, [list(map(_best, of_case)) for of_case in _by_span(found)])
    figures = SetFigures(
        name=data.name,
        languages=data.pair,
        links=data.links,
        records=len(data.cases),
        spans=data.spans,
        left_out=data.left_out,
        methods=tuple(
            _method(run, one, [other for other in found if other is not one], score, number)
            for number, (run, one) in enumerate(zip(runs, found, strict=True))
        ),
        same=sum(len({one.place for one in of_span}) == 1 for of_span in by_span),
        some_right=sum(any(one.right for one in of_span) for of_span in by_span),
        agreement=tuple(tuple(_agreement(one, other) for other in found) for one in found),
        oracle=score.report(best),
        oracle_difference=score.difference(best),
    )
    return SetResult(data, tuple(runs), found, figures)


class _Scorer:
    """Scores predicted spans against gold, and against the first method; None without gold."""

    def __init__(self, data: CaseSet, first: Predicted, resamples: int) -> None:
        self.cases, self._gold = data.cases, data.gold
        self._wanted = [case.wanted for case in data.cases]
        self._first, self._resamples = first, resamples

    def report(self, predicted: Predicted) -> SpanReport | None:
        if not self._gold:
            return None
        return score_spans(zip(self._wanted, predicted, strict=True))

    def difference(self, predicted: Predicted) -> Interval | None:
        if not self._gold:
            return None
        return f1_difference(self._wanted, self._first, predicted, self._resamples)


def _method(
    run: MethodRun, found: Outcomes, others: Sequence[Outcomes], score: _Scorer, number: int
) -> MethodFigures:
    flat = [one for of_case in found for one in of_case]
    placed = [one for one in flat if one.place is not None]
    known = [(one.score, one.right) for one in placed if one.right is not None]
    predicted = _predicted(score.cases, found)
    scores = score.report(predicted)
    return MethodFigures(
        name=run.name,
        revision=f"{run.info.name} {run.info.revision}",
        scores=scores,
        difference=score.difference(predicted) if number else None,
        placed=len(placed),
        right=None if scores is None else sum(right for _, right in known),
        alone_right=_alone(found, others, lambda one: bool(one.right)),
        alone_wrong=_alone(found, others, lambda one: one.wrong),
        missing=dict(sorted(Counter(one.reason for one in flat if one.place is None).items())),
        reliability=reliability([s for s, _ in known], [r for _, r in known]) if known else None,
        seconds=tuple(run.seconds),
        per_second=len(score.cases) / statistics.median(run.seconds),
        first_per_second=len(score.cases) / run.seconds[0],
        calls=run.calls,
        memory=run.memory,
        changed=run.changed,
    )


def _predicted(cases: Sequence[Case], found: Outcomes) -> Predicted:
    return [
        frozenset(
            (one.place[0][0], one.place[-1][1], span.label)
            for span, one in zip(case.item.spans, of_case, strict=True)
            if one.place
        )
        for case, of_case in zip(cases, found, strict=True)
    ]


def _by_span(found: Sequence[Outcomes]) -> list[list[tuple[Outcome, ...]]]:
    """For each case and source span, the outcomes of all methods."""
    return [list(zip(*of_case, strict=True)) for of_case in zip(*found, strict=True)]


def _best(of_span: Sequence[Outcome]) -> Outcome:
    """A right one, else none at all, else a wrong one."""
    right = next((one for one in of_span if one.right), None)
    return right or next((one for one in of_span if one.place is None), of_span[0])


def _agreement(found: Outcomes, other: Outcomes) -> float:
    pairs = [
        (one.place, two.place)
        for ours, theirs in zip(found, other, strict=True)
        for one, two in zip(ours, theirs, strict=True)
    ]
    return sum(one == two for one, two in pairs) / len(pairs)


def _alone(found: Outcomes, others: Sequence[Outcomes], holds: Callable[[Outcome], bool]) -> int:
    """Source spans of which something holds under one method alone; 0 where there is no other."""
    if not others:
        return 0
    return sum(
        holds(of_span[0]) and not any(map(holds, of_span[1:]))
        for of_case in _by_span([found, *others])
        for of_span in of_case
    )
