"""`spanferry compare`: projection methods side by side."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from spanferry.flows.commands.options import Overrides
from spanferry.flows.console import console, errors_console


def compare(
    config: Annotated[Path, typer.Argument(help="YAML file of the comparison", metavar="CONFIG")],
    set_: Overrides = None,
    json: Annotated[
        Path | None, typer.Option("--json", metavar="FILE", help="write the figures as JSON")
    ] = None,
    fit_confidence: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="fit the confidence weights of the methods to the gold sets and write them, for "
            "project.confidence; other methods in FILE keep theirs",
        ),
    ] = None,
) -> None:
    """Run several projection methods on the same translations and gold, and print one table a set.

    F1 by label, spans placed and missing, calibration, records a second, model calls, and how often
    the methods agree. With `page`, an HTML page shows the spans on which they do not.
    """
    from spanferry.flows.comparing.compare import Comparison
    from spanferry.flows.comparing.config import load_comparison
    from spanferry.flows.comparing.saving import write_figures
    from spanferry.flows.comparing.tables import print_figures

    settings = load_comparison(config, set_ or ())
    if fit_confidence is not None:
        from spanferry.projection.methods.fitting import known_weights

        known_weights(fit_confidence)  # before the work, not after it
    out, status = console(), errors_console()
    with status.status("") as shown:
        comparison = Comparison(settings, lambda text: shown.update(text))
        results = comparison.results()
    for result in results:
        print_figures(out, result.figures)
        out.print()
    if json is not None:
        write_figures([result.figures for result in results], json)
    for text in comparison.write(results):
        out.print(text, markup=False, soft_wrap=True)
    if fit_confidence is not None:
        from spanferry.flows.comparing.fit import fit_and_write

        for text in fit_and_write(results, fit_confidence):
            out.print(text, markup=False, soft_wrap=True)
