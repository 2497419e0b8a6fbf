"""`spanferry evaluate --links`: reads the files, scores, prints and writes."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from spanferry.aligners import link_files
from spanferry.data.errors import ConfigError
from spanferry.flows import linking
from spanferry.flows.commands.link_options import chosen_format
from spanferry.flows.commands.link_tables import print_cutoffs, print_scores, print_worst
from spanferry.flows.console import console, errors_console
from spanferry.flows.progress import Bars


@dataclass(frozen=True, slots=True)
class Request:
    """The arguments and options of the command; see its help."""

    gold: Path
    predicted: Path | None
    stored_links: str | None
    settings: Any | None
    format: str
    one_based: bool
    predicted_format: str
    scores: Path | None
    source_text: Path | None
    target_text: Path | None
    text: Path | None
    languages: str | None
    min_score: float
    thresholds: bool
    worst: int
    write: Path | None
    write_scores: Path | None
    fit_calibration: Path | None


def evaluate_links(request: Request) -> None:
    """Score links against gold, and print what was asked for.

    Raises:
        ConfigError, InputError: options do not go together, a file is bad, or the aligner cannot
            run here.
    """
    _check(request)
    texting = linking.Texting(request.source_text, request.target_text, request.text)
    gold = link_files.read_links(
        request.gold,
        format=chosen_format(request.format, request.one_based),
        sentences=texting.read(),
    )
    predicted = None
    if request.predicted is not None:
        predicted = link_files.read_links(request.predicted, format=request.predicted_format)
        if request.scores is not None:
            predicted = link_files.with_scores(predicted, request.scores)
    aligns = predicted is None and request.stored_links is None
    fit = request.fit_calibration
    with Bars(errors_console()) as bars:
        if aligns:
            bars.start("align", len(gold.pairs))
        report = linking.evaluate_links(
            gold,
            predicted=predicted,
            stored=request.stored_links,
            settings=request.settings,
            named=request.languages,
            min_score=request.min_score,
            fit=None if fit is None else fit.stem,
            progress=lambda rows: bars.advance("align", rows),
        )
    out = console()
    print_scores(out, f"{report.name} against {request.gold}", report)
    if request.thresholds:
        print_cutoffs(out, report)
    if request.worst:
        print_worst(out, report, request.worst)
    if request.write is not None:
        link_files.write_links(report.links, request.write)
    if request.write_scores is not None:
        link_files.write_scores(report.links, request.write_scores)
    if fit is not None and report.calibration is not None:
        report.calibration.save(fit)
        held_out = report.calibration.held_out
        if held_out is not None:
            out.print(
                f"{fit}: fitted on {report.calibration.pairs} pairs; on the {held_out.pairs} "
                f"others the calibration error falls from {held_out.error_before:.4f} to "
                f"{held_out.error_after:.4f}",
                markup=False, soft_wrap=True,
            )  # fmt: skip


def _check(request: Request) -> None:
    """Refuse options that would have no effect."""
    places = {
        "PREDICTED": request.predicted,
        "--stored-links": request.stored_links,
        "--config or --set": request.settings,
    }
    given = [name for name, value in places.items() if value is not None]
    if len(given) > 1:
        raise ConfigError(f"links come from one place, not from {' and '.join(given)}")
    if request.predicted is None and (request.scores or request.predicted_format != "auto"):
        raise ConfigError("--scores and --predicted-format are for PREDICTED, a file of links")
    if request.fit_calibration and (request.predicted or request.stored_links):
        raise ConfigError("--fit-calibration is for links of an aligner, and not of a file")
