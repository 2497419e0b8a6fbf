"""What a build ends with: where the dataset is, five records, the counts, what to try next."""

from __future__ import annotations

from collections.abc import Mapping
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
    """The accounts of a language: records, spans and relations, and where each of them ended."""
    related = bool(counts.source_relations)
    head = ["", "records", "spans", *(["relations"] if related else [])]
    table = Table(*head, title=f"{target}", title_justify="left", min_width=40)

    def add(what: str, *cells: int | Mapping[str, int] | None) -> None:
        numbers = [sum(cell.values()) if isinstance(cell, Mapping) else cell for cell in cells]
        table.add_row(what, *("" if n is None else str(n) for n in numbers[: len(head) - 1]))

    add("read", counts.read, counts.source_spans, counts.source_relations)
    add("published", counts.published, counts.published_spans, counts.published_relations)
    for stage, reasons in counts.rejected.items():
        for reason, number in reasons.items():
            add(f"rejected by {stage}: {reason}", number)
    table.add_section()
    add("projected", None, counts.projected_spans, counts.projected_relations)
    for reason, number in counts.missing_spans.items():
        add(f"missing: {reason}", None, number)
    for reason, number in counts.missing_relations.items():
        add(f"missing: {reason}", None, None, number)
    if counts.tokens:
        table.add_section()
        for name, number in counts.tokens.items():
            add(f"{name.replace('_', ' ')}: {number:,}")
    return table
