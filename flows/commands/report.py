"""What a build ends with: where the dataset is, five records, the counts, what to try next."""

from __future__ import annotations

from pathlib import Path

from rich.console import Console
from rich.table import Table

from spanferry.data.errors import SpanferryError
from spanferry.data.publish.summary import SplitCounts
from spanferry.flows.browse import pick
from spanferry.flows.run import Result
from spanferry.flows.show import show_records

#: Records shown at the end of a build, picked at random over the whole dataset.
SHOWN = 5
#: Characters of a text that are shown.
LONGEST = 600


def print_report(console: Console, done: Result, *, config: Path) -> None:
    """Print the end of a run; `config` is the file, for the commands to try next.

    Raises:
        SpanferryError: nothing was published, so that a scheduled job does not go on.
    """
    path = done.published.path
    if done.units == 0 and not done.published.fresh:
        console.print("nothing had to be done: all shards and the dataset are up to date")
    else:
        show_records(console, pick(path, SHOWN, seed=0), longest=LONGEST)
    for target in done.published.summary.languages:
        console.print(counts_table(target, done.published.summary.of_language(target)))
    console.print(f"dataset: {path}", style="bold", markup=False)
    if not done.published.summary.total().published:
        raise SpanferryError("not a single record was published; the table above says why")
    code = f'datasets.load_dataset("{path}", split="{done.splits[0]}")'
    harder = f"spanferry build {config} --set filter.min_span_score=0.5"
    for what, command in (
        ("open it:", code),
        ("look at it:", f"spanferry inspect {path} --seed 1"),
        ("what was lost:", f"spanferry inspect {path} --rejected"),
        ("filter harder:", harder),
    ):
        console.print(f"  {what:<16} {command}", markup=False, soft_wrap=True)


def counts_table(target: str, counts: SplitCounts) -> Table:
    """The accounts of a language: records and spans, and where each of them ended."""
    table = Table("", "records", "spans", title=f"{target}", title_justify="left", min_width=40)
    source = sum(counts.source_spans.values())
    table.add_row("read", str(counts.read), str(source))
    table.add_row("published", str(counts.published), str(sum(counts.published_spans.values())))
    for stage, reasons in counts.rejected.items():
        for reason, number in reasons.items():
            table.add_row(f"rejected by {stage}: {reason}", str(number), "")
    table.add_section()
    table.add_row("projected", "", str(sum(counts.projected_spans.values())))
    for reason, number in counts.missing_spans.items():
        table.add_row(f"missing: {reason}", "", str(number))
    if counts.tokens:
        table.add_section()
        for name, number in counts.tokens.items():
            table.add_row(f"{name.replace('_', ' ')}: {number:,}", "", "")
    return table
