"""`spanferry build` and the single stages."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import typer

from spanferry.flows.commands.options import ConfigPath, DryRun, Limit, Overrides, load
from spanferry.flows.console import console
from spanferry.flows.prefect_server import start as start_server

SINGLE_STAGES = {
    "translate": "Translate the shards that are not translated yet.",
    "align": "Align the words of translated shards.",
    "project": "Carry the spans of aligned shards over.",
    "score": "Compute the quality scores of projected shards.",
    "filter": "Decide which records of scored shards are published.",
}


def build(
    config: ConfigPath,
    limit: Limit = None,
    dry_run: DryRun = False,
    set_: Overrides = None,
) -> None:
    """Run everything: read, translate, align, project, score, filter, publish, report."""
    settings = load(config, set_)
    if dry_run:
        return _plan(settings, limit)
    if not Path(settings.publish.path, "manifest.json").expanduser().exists():
        # a first build: the server boots while the source is read and models load
        start_server()
    from spanferry.flows import run
    from spanferry.flows.commands.report import print_report
    from spanferry.flows.progress import Bars

    with Bars(console()) as bars:
        done = run.build(settings, executor=_in_prefect, watcher=bars, limit=limit)
    print_report(console(), done, config=config)
    return None


def _in_prefect(*args: Any, **kwargs: Any) -> None:
    # imported when there is work: importing Prefect takes longer than finding that all is done
    start_server()
    from spanferry.flows.prefect_flow import run_in_prefect

    run_in_prefect(*args, **kwargs)


def _plan(settings: Any, limit: int | None) -> None:
    from spanferry.flows.dry_run import make_plan, print_plan

    print_plan(console(), make_plan(settings, limit))


def register_stages(app: typer.Typer) -> None:
    """Add a command a stage; they run the same functions as `build`, without Prefect."""
    for name, text in SINGLE_STAGES.items():
        app.command(name, help=text)(_stage_command(name))
    app.command()(publish)
    app.command()(report)


def _stage_command(name: str) -> Any:
    def command(
        config: ConfigPath, limit: Limit = None, dry_run: DryRun = False, set_: Overrides = None
    ) -> None:
        settings = load(config, set_)
        if dry_run:
            return _plan(settings, limit)
        from spanferry.flows.pipeline import open_workshop, run_in_threads, run_stages
        from spanferry.flows.progress import Bars

        with Bars(console()) as bars, open_workshop(settings, bars, limit=limit) as shop:
            units = run_stages(shop, run_in_threads, bars, only=name)
        console().print(f"{name}: {_done(units)}", markup=False)
        return None

    return command


def _done(units: int) -> str:
    return f"{units} shards done" if units else "nothing to do, all shards are up to date"


def publish(
    config: ConfigPath, limit: Limit = None, dry_run: DryRun = False, set_: Overrides = None
) -> None:
    """Write the dataset folder from filtered shards."""
    settings = load(config, set_)
    if dry_run:
        return _plan(settings, limit)
    from spanferry.flows.pipeline import open_workshop
    from spanferry.flows.progress import Bars
    from spanferry.flows.publishing import publish as write

    with Bars(console()) as bars, open_workshop(settings, bars, limit=limit) as shop:
        published = write(shop, bars)
    word = "written" if published.fresh else "nothing to do, the dataset is up to date"
    console().print(f"publish: {word}: {shop.layout.dataset}", markup=False)
    return None


def report(config: ConfigPath, set_: Overrides = None) -> None:
    """Print the counts of the published dataset and five of its records."""
    settings = load(config, set_)
    from spanferry.flows.commands.report import print_report
    from spanferry.flows.layout import Layout
    from spanferry.flows.publishing import load_published
    from spanferry.flows.run import Result

    published = load_published(Layout.of(settings).dataset)
    splits = next(iter(published.summary.languages.values()), {})
    print_report(console(), Result(0, published, tuple(splits)), config=config)
