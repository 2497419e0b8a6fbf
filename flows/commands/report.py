"""What a build ends with: where the dataset is, five records, the counts, what to try next."""

from __future__ import annotations

from pathlib import Path

from rich.console import Console
from rich.table import Table

from spanferry.data.publish.summary import SplitCounts
from spanferry.flows.browse import pick
from spanferry.flows.publishing import Published
from spanferry.flows.show import show_records
from spanferry.flows.units import Workshop

#: Records shown at the end of a build. Those with the most spans of the first shard tell most,
#: but a reader wants to see what is typical: every n-th is taken.
SHOWN = 5


def print_report(
    console: Console, shop: Workshop, published: Published, *, units: int | None, config: Path
) -> None:
    """Print the end of a run.

    Args:
        units: pieces of work that were done; None for a command that does none.
        config: the file, for the commands to try next.
    """
    path = published.path
    if units == 0 and not published.fresh:
        console.print("nothing had to be done: all shards and the dataset are up to date")
    else:
        show_records(console, pick(path, SHOWN, seed=0))
    for target in shop.config.targets:
        console.print(counts_table(target, published.summary.of_language(target)))
    console.print(f"dataset: {path}", style="bold", markup=False)
    code = f'datasets.load_dataset("{path}", split="{shop.source.splits[0]}")'
    console.print(f"  open it:         {code}", markup=False, soft_wrap=True)
    console.print(f"  look at it:      spanferry inspect {path} --seed 1", markup=False)
    console.print(f"  what was lost:   spanferry inspect {path} --rejected", markup=False)
    threshold = "--set filter.min_span_score=0.5"
    console.print(f"  filter harder:   spanferry build {config} {threshold}", markup=False)


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
    return table
