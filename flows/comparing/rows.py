"""The figures of a gold set as rows of text, for the terminal and the page alike."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from string import ascii_uppercase

from spanferry.flows.comparing.bootstrap import Interval
from spanferry.flows.comparing.figures import MethodFigures, SetFigures
from spanferry.projection.evaluate import SpanScores

#: Heading of the column beside those of the methods.
BEST_CHOICE = "best choice"


@dataclass(frozen=True, slots=True)
class Row:
    """A figure of all methods.

    Args:
        cells: one a method, and that of the best choice.
        best: places of the cells that are the best of the methods, where that can be said.
    """

    name: str
    cells: tuple[str, ...]
    best: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Section:
    """Rows of a kind."""

    title: str
    rows: tuple[Row, ...]


def columns(figures: SetFigures, names: Sequence[str]) -> list[str]:
    """Headings of the cells of a row, by the names of the methods."""
    return [*names, BEST_CHOICE] if figures.oracle is not None else list(names)


def letters(count: int) -> list[str]:
    """Short names of methods: A, B, ... Z, A2, ..."""
    return [ascii_uppercase[k % 26] + (str(k // 26 + 1) if k >= 26 else "") for k in range(count)]


def heading(figures: SetFigures) -> str:
    """What the figures are of, in a line."""
    source, target = figures.languages
    return (
        f"{figures.name}: {source} → {target}, {figures.records} records, {figures.spans} spans, "
        f"{figures.links}"
    )


def sections(figures: SetFigures, names: Sequence[str]) -> list[Section]:
    """All figures of a set but the bins of the confidences.

    Args:
        names: of the methods, as they are to stand in the rows.
    """
    found = [
        Section("exact match, %", tuple(_quality(figures, names[0]))),
        Section("F1 by label, %", tuple(_labels(figures))),
        Section(f"source spans ({figures.spans})", tuple(_accounts(figures))),
        Section("confidence", tuple(_confidence(figures))),
        Section("cost", tuple(_costs(figures))),
        Section("same place or both none, %", tuple(_agreement(figures, names))),
    ]
    width = len(columns(figures, names))
    return [
        Section(one.title, tuple(replace(row, cells=row.cells[:width]) for row in one.rows))
        for one in found
        if one.rows
    ]


def notes(figures: SetFigures) -> list[str]:
    """What is to be known of the figures, a sentence each."""
    methods = figures.methods
    found = [f"{number} left out: {reason}." for reason, number in figures.left_out.items()]
    if len(methods) > 1:
        same = f"{figures.same} of {figures.spans} spans have the same place under all methods"
        right = f"{figures.some_right} are right under at least one: “{BEST_CHOICE}”"
        found.append(f"{same}; {right}." if figures.oracle is not None else f"{same}.")
    if sum(bool(method.calls) for method in methods) > 1:
        found.append(
            "Methods share models: what one has put into the cache of a model makes those after it "
            "faster, unless own_models is true."
        )
    changed = [method.name for method in methods if method.changed]
    if changed:
        found.append(f"Runs of the same method differ: {', '.join(changed)}.")
    return found


_SHARES: tuple[tuple[str, Callable[[SpanScores], float]], ...] = (
    ("precision", lambda scores: scores.precision),
    ("recall", lambda scores: scores.recall),
    ("F1", lambda scores: scores.f1),
)


def _quality(figures: SetFigures, first: str) -> Iterator[Row]:
    reports = [method.scores for method in figures.methods if method.scores is not None]
    if figures.oracle is None:
        return
    for name, share in _SHARES:
        values = [share(report.total) for report in reports]
        yield _marked(name, values, max, _percent, [_percent(share(figures.oracle.total))])
    if len(reports) > 1:
        found = [*(method.difference for method in figures.methods), figures.oracle_difference]
        yield Row(f"F1 above {first}", tuple(_points(one.value if one else None) for one in found))
        yield Row("  95 % of resamples", tuple(map(_interval, found)))


def _labels(figures: SetFigures) -> Iterator[Row]:
    reports = [method.scores for method in figures.methods if method.scores is not None]
    labels = sorted({label for report in reports for label in report.labels})
    nothing = SpanScores(0, 0, 0)
    if figures.oracle is None or len(labels) < 2:
        return
    for label in labels:
        of_methods = [report.labels.get(label, nothing) for report in reports]
        best = _percent(figures.oracle.labels.get(label, nothing).f1)
        gold = max(scores.gold for scores in of_methods)
        yield _marked(
            f"{label} ({gold} gold)", [scores.f1 for scores in of_methods], max, _percent, [best]
        )


def _accounts(figures: SetFigures) -> Iterator[Row]:
    methods = figures.methods
    yield _row("placed", methods, lambda m: m.placed, str)
    if figures.oracle is not None:
        yield _row("of these right", methods, lambda m: m.right, str, best=max)
    if figures.oracle is not None and len(methods) > 1:
        yield _row("right by this method alone", methods, lambda m: m.alone_right, str)
        yield _row("wrong by this method alone", methods, lambda m: m.alone_wrong, str)
    for reason in sorted({reason for method in methods for reason in method.missing}):
        cells = [str(method.missing.get(reason, 0) or "") for method in methods]
        yield Row(f"missing: {reason}", (*cells, ""))


def _confidence(figures: SetFigures) -> Iterator[Row]:
    found = [method.reliability for method in figures.methods]
    if any(one is not None for one in found):
        errors = [one.error if one else None for one in found]
        yield _marked("calibration error (ECE)", errors, min, "{:.3f}".format, [""])
        surest = [one.surest if one else None for one in found]
        yield _marked("right of the surest 80 %, %", surest, max, _percent, [""])


def _costs(figures: SetFigures) -> Iterator[Row]:
    methods = figures.methods
    several = len(methods[0].seconds) > 1
    name = f"records a second, {len(methods[0].seconds)} runs"
    yield _row(name if several else "records a second", methods, lambda m: m.per_second, _speed)
    if several:
        yield _row("records a second, first run", methods, lambda m: m.first_per_second, _speed)
    for call in sorted({name for method in methods for name in method.calls}):
        yield _row(
            f"{call}, per 100 spans",
            methods,
            lambda m, call=call: 100 * m.calls.get(call, 0) / figures.spans,  # type: ignore[misc]
            lambda value: f"{value:.1f}" if value else "0",
        )
    if any(method.memory is not None for method in methods):
        yield _row("memory added at its peak, MB", methods, lambda m: m.memory,
                   lambda value: f"{value / 1e6:.0f}")  # fmt: skip


def _agreement(figures: SetFigures, names: Sequence[str]) -> Iterator[Row]:
    if len(names) < 2:
        return
    for number, (name, shares) in enumerate(zip(names, figures.agreement, strict=True)):
        cells = ["" if other == number else _percent(share) for other, share in enumerate(shares)]
        yield Row(f"as {name}", (*cells, ""))


def _row(
    name: str,
    methods: Sequence[MethodFigures],
    value: Callable[[MethodFigures], float | None],
    text: Callable[[float], str],
    best: Callable[[Sequence[float]], float] | None = None,
) -> Row:
    return _marked(name, [value(method) for method in methods], best, text, [""])


def _marked(
    name: str,
    values: Sequence[float | None],
    best: Callable[[Sequence[float]], float] | None,
    text: Callable[[float], str],
    more: Sequence[str],
) -> Row:
    """A row with its best cells; where all are alike, none is."""
    there = [value for value in values if value is not None]
    cells = tuple("–" if value is None else text(value) for value in values)
    marked: set[int] = set()
    if best is not None and len(set(there)) > 1:
        marked = {k for k, value in enumerate(values) if value == best(there)}
    return Row(name, (*cells, *more), frozenset(marked))


def _percent(share: float) -> str:
    return f"{100 * share:.1f}"


def _speed(value: float) -> str:
    return f"{value:.0f}" if value >= 10 else f"{value:.2g}"


def _points(value: float | None) -> str:
    return "" if value is None else f"{100 * value:+.1f}".replace("-", "−")


def _interval(found: Interval | None) -> str:
    """The interval in points of F1; a star where it leaves 0 out."""
    if found is None:
        return ""
    return f"{_points(found.low)} to {_points(found.high)}{'*' if found.clear else ''}"
