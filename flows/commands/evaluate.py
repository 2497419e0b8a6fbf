"""`spanferry evaluate`: spans against gold by exact match, word links by alignment error rate."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from spanferry.data.errors import ConfigError
from spanferry.flows.commands import link_options
from spanferry.flows.commands.options import Overrides
from spanferry.flows.console import console

if TYPE_CHECKING:
    from spanferry.projection.evaluate import SpanReport, SpanScores


def evaluate(
    predicted: Annotated[
        Path | None,
        typer.Argument(
            help="corpus to be scored: a dataset folder or any input file; with --links, a file "
            "of links"
        ),
    ] = None,
    gold: Annotated[
        Path | None, typer.Argument(help="hand-made corpus with the same texts, any input format")
    ] = None,
    gold_jsonl: Annotated[
        list[Path] | None,
        typer.Option("--gold-jsonl", help="pairs labelled on both sides: project and score them"),
    ] = None,
    links: Annotated[
        Path | None,
        typer.Option(metavar="GOLD", help="hand-made word links: score links against them"),
    ] = None,
    stored_links: link_options.StoredLinks = None,
    config: link_options.Config = None,
    target: Annotated[str | None, typer.Option(help="language of a dataset folder")] = None,
    split: Annotated[str | None, typer.Option(help="split of a dataset folder")] = None,
    set_: Overrides = None,
    format: link_options.Format = "auto",
    one_based: link_options.OneBased = False,
    predicted_format: link_options.PredictedFormat = "auto",
    scores: Annotated[
        Path | None, typer.Option(help="scores of PREDICTED: a line a pair, a number a link")
    ] = None,
    source_text: link_options.SourceText = None,
    target_text: link_options.TargetText = None,
    text: link_options.JoinedText = None,
    languages: link_options.Languages = None,
    min_score: link_options.MinScore = 0.0,
    thresholds: Annotated[
        bool, typer.Option("--thresholds", help="links by score cut-off, reliability of scores")
    ] = False,
    worst: Annotated[
        int, typer.Option(min=0, metavar="N", help="list the N pairs with the most false links")
    ] = 0,
    write: Annotated[
        Path | None, typer.Option(help="write the scored links, Pharaoh lines from 0")
    ] = None,
    write_scores: Annotated[
        Path | None, typer.Option(help="write their scores, in the order of --write")
    ] = None,
    fit_calibration: Annotated[
        Path | None,
        typer.Option(help="fit a calibration of the aligner's scores and write it (JSON)"),
    ] = None,
) -> None:
    """Score spans or word links against gold.

    Either PREDICTED GOLD, two corpora with the same texts: exact-match precision, recall and F1 of
    their spans, by label. Or --gold-jsonl FILE, whose source labels are projected with the aligner
    and the projection method and scored on the target. Or --links GOLD [PREDICTED]: alignment
    error rate, precision, recall and F1 of word links, those in a file or, if there is none, those
    of the aligner. All options from --format on are for --links.
    """
    of_links: dict[str, Any] = {
        "format": format, "one_based": one_based, "predicted_format": predicted_format,
        "scores": scores, "source_text": source_text, "target_text": target_text, "text": text,
        "languages": languages, "min_score": min_score, "thresholds": thresholds, "worst": worst,
        "write": write, "write_scores": write_scores, "fit_calibration": fit_calibration,
    }  # fmt: skip
    if links is not None:
        from spanferry.flows.commands.evaluate_links import Request, evaluate_links

        if gold_jsonl or gold is not None or target or split:
            raise ConfigError("--links GOLD goes with one more file of links, PREDICTED, at most")
        settings = link_options.settings(config, set_)
        evaluate_links(Request(links, predicted, stored_links, settings, **of_links))
        return
    given = [name for name, value in of_links.items() if value not in (None, False, 0, "auto")]
    if given:
        raise ConfigError(f"--{given[0].replace('_', '-')} needs --links GOLD")
    if gold_jsonl:
        if predicted is not None:
            raise ConfigError("give either PREDICTED and GOLD, or --gold-jsonl")
        _evaluate_pairs(gold_jsonl, link_options.settings(config, set_), stored_links)
        return
    if predicted is None or gold is None:
        raise ConfigError("give PREDICTED and GOLD, or --gold-jsonl FILE, or --links GOLD")
    if config is not None or set_ or stored_links is not None:
        raise ConfigError("--config, --set and --stored-links need --gold-jsonl or --links")
    from spanferry.flows.evaluating import evaluate_files

    report = evaluate_files(predicted, gold, target=target, split=split)
    _print(f"{predicted} against {gold}", report)


def _evaluate_pairs(paths: list[Path], settings: Any | None, stored: str | None) -> None:
    from spanferry.flows.evaluating import evaluate_pairs

    for path in paths:
        result = evaluate_pairs(path, settings, stored)
        _print(f"{path.name}, {'links ' + stored if stored else 'aligner'}", result.report)


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
