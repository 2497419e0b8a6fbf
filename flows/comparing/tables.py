"""The figures in the terminal: a table a gold set, a column a method."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console
from rich.markup import escape
from rich.measure import Measurement
from rich.table import Table

from spanferry.flows.comparing.figures import SetFigures
from spanferry.flows.comparing.rows import columns, heading, letters, notes, sections

#: As wide as a table may become where no terminal limits it.
_WIDEST = 10_000


def print_figures(console: Console, figures: SetFigures) -> None:
    """Print the table of a gold set.

    Where the names of the methods make it wider than the terminal, letters stand for them. In a
    pipe it is as wide as it needs to be.
    """
    console.print(heading(figures), style="bold", markup=False, soft_wrap=True)
    names = [method.name for method in figures.methods]
    table = _table(figures, names)
    needed = _width(console, table)
    if console.is_terminal and needed > console.width:
        short = letters(len(names))
        for letter, name in zip(short, names, strict=True):
            console.print(f"  {letter}  {name}", markup=False, soft_wrap=True)
        table = _table(figures, short)
        console.print(table)
    else:
        before, console.width = console.width, max(console.width, needed)
        console.print(table)
        console.width = before
    for note in notes(figures):
        console.print(note, markup=False, soft_wrap=True)


def _width(console: Console, table: Table) -> int:
    options = console.options.update(max_width=_WIDEST)
    return Measurement.get(console, options, table).maximum


def _table(figures: SetFigures, names: Sequence[str]) -> Table:
    table = Table()
    table.add_column("", no_wrap=True)
    for name in columns(figures, names):
        table.add_column(escape(name), justify="right", overflow="fold", min_width=6)
    for section in sections(figures, names):
        table.add_row(f"[dim]{escape(section.title)}[/]")
        for row in section.rows:
            cells = [
                f"[bold]{escape(cell)}[/]" if place in row.best else escape(cell)
                for place, cell in enumerate(row.cells)
            ]
            table.add_row(f"  {escape(row.name)}", *cells)
        table.add_section()
    return table
