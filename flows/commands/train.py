"""`spanferry train`: a checkpoint for an aligner or for a projection method."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from spanferry.flows.commands.options import Overrides
from spanferry.flows.console import console

if TYPE_CHECKING:
    from spanferry.data.training.state import Progress
    from spanferry.translators.generation.training.settings import GenerationReport


def train(
    config: Annotated[Path, typer.Argument(help="YAML file of the training", metavar="CONFIG")],
    set_: Overrides = None,
) -> None:
    """Train a model on your own data; `kind` says what for.

    awesome tunes an aligner on parallel text, spans and binary train one on hand-made links,
    tprojection trains a generator of candidates on a labelled corpus. The same command goes on
    where a killed one stopped.
    """
    from spanferry.flows.train_config import load_training
    from spanferry.flows.training import train as run
    from spanferry.translators.generation.training.settings import GenerationReport

    settings = load_training(config, set_ or ())
    out = console()
    report = run(settings, _Told("1 - F1" if settings.kind == "tprojection" else "AER"))
    if isinstance(report, GenerationReport):
        _tell_skipped(report)
    errors = getattr(report, "aer", None)
    if isinstance(errors, list) and errors:
        out.print(f"AER on gold: {errors[0].aer:.4f} before, {min(e.aer for e in errors):.4f} kept")
    elif isinstance(errors, float):
        out.print(f"AER on held-out pairs: {errors:.4f}")
    out.print(
        f"{report.steps} of {report.planned_steps} updates; the checkpoint of update "
        f"{report.kept_step} is in {settings.output}",
        markup=False,
    )
    use = f"align: {{backend: {settings.kind}, model: {settings.output}}}"
    if settings.kind == "tprojection":
        use = f"project: {{method: tprojection, candidates: {{model: {settings.output}}}}}"
    out.print(f"use it: {use}", markup=False)


def _tell_skipped(report: GenerationReport) -> None:
    skipped = ", ".join(f"{count} {reason}" for reason, count in report.skipped.items()) or "none"
    out = console()
    out.print(f"{report.examples} examples learnt from (left out: {skipped})", markup=False)
    out.print(
        f"F1 on {report.held_out} held-out examples: {report.f1:.4f}; all spans right in "
        f"{report.exact:.1%}",
        markup=False,
    )


class _Told:
    """Prints losses and errors as they come."""

    def __init__(self, error: str) -> None:
        self._error = error

    def __call__(self, progress: Progress) -> None:
        losses = ", ".join(f"{name} {value:.4f}" for name, value in progress.losses.items())
        # above 1 an error says how far off a model is that has found no right link yet
        score = "" if progress.score is None else f"  {self._error} {min(progress.score, 1):.4f}"
        console().print(
            f"update {progress.step} of {progress.steps}: {losses}{score}", markup=False
        )
