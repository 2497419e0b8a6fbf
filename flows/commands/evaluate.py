"""`spanferry evaluate`: exact-match span F1 against gold."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from spanferry.data.errors import ConfigError
from spanferry.flows.commands.options import Overrides, load
from spanferry.flows.console import console

if TYPE_CHECKING:
    from spanferry.projection.evaluate import SpanReport, SpanScores


def evaluate(
    predicted: Annotated[
        Path | None, typer.Argument(help="corpus to be scored: a dataset folder or any input file")
    ] = None,
    gold: Annotated[
        Path | None, typer.Argument(help="hand-made corpus with the same texts, any input format")
    ] = None,
    gold_jsonl: Annotated[
        list[Path] | None,
        typer.Option("--gold-jsonl", help="pairs labelled on both sides: project and score them"),
    ] = None,
    links: Annotated[
        str | None, typer.Option(help="with --gold-jsonl: use these links stored in the file")
    ] = None,
    config: Annotated[
        Path | None,
        typer.Option(help="with --gold-jsonl: a build config, for its align and project settings"),
    ] = None,
    target: Annotated[str | None, typer.Option(help="language of a dataset folder")] = None,
    split: Annotated[str | None, typer.Option(help="split of a dataset folder")] = None,
    set_: Overrides = None,
) -> None:
    """Score spans against gold: exact-match precision, recall and F1, by label.

    Either PREDICTED GOLD, two corpora with the same texts; or --gold-jsonl FILE, whose source
    labels are projected with the aligner and the projection method and scored on the target.
    """
    from spanferry.flows.evaluating import evaluate_files, evaluate_pairs

    if gold_jsonl:
        if predicted is not None:
            raise ConfigError("give either PREDICTED and GOLD, or --gold-jsonl")
        settings = load(config, set_) if config else None
        if set_ and not config:
            raise ConfigError("--set needs --config")
        for path in gold_jsonl:
            result = evaluate_pairs(path, settings, links)
            _print(f"{path.name}, {'links ' + links if links else 'aligner'}", result.report)
        return
    if predicted is None or gold is None:
        raise ConfigError("give PREDICTED and GOLD, or --gold-jsonl FILE")
    _print(
        f"{predicted} against {gold}", evaluate_files(predicted, gold, target=target, split=split)
    )


def _print(title: str, report: SpanReport) -> None:
    from rich.table import Table

    names = ("label", "precision", "recall", "F1", "gold", "predicted", "correct")
    table = Table(*names, title=f"{title}: {report.records} records", title_justify="left")
    for label, scores in report.labels.items():
        table.add_row(*_cells(label, scores))
    table.add_section()
    table.add_row(*_cells("all", report.total), style="bold")
    console().print(table)


def _cells(label: str, scores: SpanScores) -> tuple[str, ...]:
    shares = (f"{100 * share:.2f}" for share in (scores.precision, scores.recall, scores.f1))
    return (label, *shares, str(scores.gold), str(scores.predicted), str(scores.correct))
