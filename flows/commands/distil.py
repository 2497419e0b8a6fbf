"""`spanferry distil`: a small fast translator that learns from a big one."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from spanferry.flows.commands.options import Overrides
from spanferry.flows.console import console

if TYPE_CHECKING:
    from rich.console import Console

    from spanferry.flows.distilling.config import DistilConfig
    from spanferry.flows.distilling.report import DistilReport


def distil(
    config: Annotated[Path, typer.Argument(help="YAML file of the distillation", metavar="CONFIG")],
    set_: Overrides = None,
) -> None:
    """Make a small fast translator that learns from a big one, for `backend: ctranslate2`.

    The teacher translates texts, a student learns from what it says, and its weights are converted
    to int8. The same command goes on where a killed one stopped.
    """
    from spanferry.flows.distilling.config import load_distil
    from spanferry.flows.distilling.run import distil as run
    from spanferry.flows.distilling.told import Told

    settings = load_distil(config, set_ or ())
    out = console()
    with Told(out) as told:
        report = run(settings, told)
    _tell(out, settings, report)


def _tell(out: Console, config: DistilConfig, report: DistilReport) -> None:
    figures = report.figures
    lines = [
        f"against the teacher on {figures.sentences:,} held-out pairs: chrF {figures.chrf:.1f}, "
        f"BLEU {figures.bleu:.1f}, {figures.same:.0%} the same",
        f"{figures.speed:,.0f} sentences a second ({figures.engine}; beam {figures.beam_size}, "
        f"{figures.cores} cores), {sum(figures.bytes.values()) / 1e6:.1f} MB",
    ]
    if figures.failed:
        told = ", ".join(f"{count:,} {reason}" for reason, count in figures.failed.items())
        lines.append(f"without a translation: {told}")
    if figures.links is not None:
        lines.append(
            f"links of its attention against the aligner's: AER {figures.links.aer:.1%} in "
            f"{figures.links.pairs:,} pairs"
        )
    lines += [
        f"the model, its card and its figures are in {config.output}",
        f"use it: translate: {{backend: ctranslate2, model: {config.output}"
        + (", links: true}, align: {backend: attention}" if figures.links is not None else "}"),
    ]
    for line in lines:
        out.print(line, markup=False, soft_wrap=True)
