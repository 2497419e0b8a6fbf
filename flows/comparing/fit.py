"""`spanferry compare --fit-confidence`: weights of the confidences from gold sets."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from spanferry.data.errors import ConfigError
from spanferry.flows.comparing.cases import CaseSet
from spanferry.flows.comparing.figures import SetResult
from spanferry.flows.comparing.outcomes import outcomes
from spanferry.projection.base import ProjectionMethod
from spanferry.projection.methods.confidence import Confidence
from spanferry.projection.methods.fitting import (
    LEAST,
    Example,
    Fittable,
    cross_validated,
    fit,
    recorded,
    write_weights,
)
from spanferry.projection.reliability import Reliability, reliability


def fit_and_write(results: Sequence[SetResult], path: Path) -> list[str]:
    """Fit the weights of every method to all gold sets together, and write them.

    A method that is compared with several settings is fitted to what the first of them did.
    `alignment`, and lists of methods, have confidences of their own.

    Returns:
        what was done, a line a method.

    Raises:
        ConfigError: the file holds something else.
    """
    if not results[0].data.gold:
        raise ConfigError("--fit-confidence: needs gold, to know which places are right")
    told: list[str] = []
    by_name: dict[str, list[Example]] = {}
    before: dict[str, Confidence] = {}
    for number, run in enumerate(results[0].runs):
        if not isinstance(run.method, Fittable):
            told.append(f"{run.name}: has a confidence of its own; nothing is fitted")
            continue
        name = run.method.fitted_as
        if name in by_name:
            told.append(f"{run.name}: {name} is fitted with its first settings alone")
            continue
        found = by_name[name] = []
        before[name] = Confidence.of(name, run.method.settings.confidence)
        start = 0
        for result in results:
            found += examples(result.data, result.runs[number].method, start)
            start += len(result.data.cases)
    fitted: dict[str, dict[str, float]] = {}
    for name, of_method in by_name.items():
        right = sum(example.right for example in of_method)
        if len(of_method) < LEAST or right in (0, len(of_method)):
            told.append(
                f"{name}: {len(of_method)} places, {right} of them right; a fit needs at least "
                f"{LEAST}, right ones and wrong ones"
            )
            continue
        fitted[name] = fit(of_method)
        told.append(f"{name}: {len(of_method)} places, {right} of them right; "
                    f"{_change(of_method, before[name])}")  # fmt: skip
    if fitted:
        write_weights(fitted, path)
        told.append(f"weights of {', '.join(fitted)}: {path}")
    else:
        told.append(f"{path}: not written, as nothing was fitted")
    return told


def examples(data: CaseSet, method: ProjectionMethod, start: int = 0) -> list[Example]:
    """The places that a method takes in a gold set, doubtful ones too, and which are right.

    Spans of several parts are left out: gold does not say which part is right. So are the spans of
    texts that are their own translation.

    Args:
        method: a `Fittable` one, set up.
        start: number of the first text.
    """
    assert isinstance(method, Fittable)
    items = [case.item for case in data.cases]
    copied, recording = recorded(method)
    made = outcomes(data.cases, copied.project(items), method.NAME)
    found = []
    for number, (case, of_case) in enumerate(zip(data.cases, made, strict=True), start):
        for span, one in zip(case.item.spans, of_case, strict=True):
            values = recording.values(case.item, span)
            if values is not None and one.place is not None and not span.fragments:
                found.append(Example(number, values, bool(one.right)))
    return found


def _change(found: Sequence[Example], before: Confidence) -> str:
    """Calibration with the weights so far, and with weights fitted without the texts in it."""
    right = [example.right for example in found]
    old = reliability([before.probability(example.values) for example in found], right)
    new = reliability(cross_validated(found), right)
    return f"{_told(old)}, before; {_told(new)}, fitted (5 folds)"


def _told(found: Reliability) -> str:
    return f"ECE {found.error:.3f}, right of the surest 80 % {100 * found.surest:.1f}"
