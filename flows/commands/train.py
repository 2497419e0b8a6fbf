"""`spanferry train`: a checkpoint for an aligner, from parallel text or hand-made links."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from spanferry.flows.commands.options import Overrides
from spanferry.flows.console import console

if TYPE_CHECKING:
    from spanferry.aligners.training.state import Progress


def train(
    config: Annotated[Path, typer.Argument(help="YAML file of the training", metavar="CONFIG")],
    set_: Overrides = None,
) -> None:
    """Tune an aligner on your own parallel text, or train one on hand-made links.

    The same command goes on where a killed one stopped.
    """
    from spanferry.flows.train_config import load_training
    from spanferry.flows.training import train as run

    settings = load_training(config, set_ or ())
    out = console()
    report = run(settings, _Told())
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
    out.print(
        f"use it: align: {{backend: {settings.kind}, model: {settings.output}}}", markup=False
    )


class _Told:
    """Prints losses and errors as they come."""

    def __call__(self, progress: Progress) -> None:
        losses = ", ".join(f"{name} {value:.4f}" for name, value in progress.losses.items())
        # above 1 an error says how far off a model is that has found no right link yet
        score = "" if progress.score is None else f"  AER {min(progress.score, 1):.4f}"
        console().print(
            f"update {progress.step} of {progress.steps}: {losses}{score}", markup=False
        )
