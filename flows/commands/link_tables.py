"""Tables of `spanferry evaluate --links`."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

from spanferry.aligners.evaluate import (
    AlignmentScores,
    calibration_error,
    reliability,
    score_by_cutoff,
)
from spanferry.aligners.pictures.text import visible
from spanferry.flows.link_report import LinkReport

_SHARES = ("AER", "precision", "recall", "F1")
_COUNTS = ("pairs", "predicted", "sure", "possible")


def print_scores(out: Console, title: str, report: LinkReport) -> None:
    """The scores of all pairs, and what is to be known of them."""
    scores = report.scores()
    table = _table((*_SHARES, *_COUNTS))
    counts = (scores.pairs, scores.predicted, scores.sure, scores.possible)
    table.add_row(*_shares(scores), *map(str, counts))
    out.print(title, markup=False, soft_wrap=True)
    out.print(table)
    for note in report.notes:
        out.print(f"note: {note}", style="yellow", markup=False, soft_wrap=True)


def print_cutoffs(out: Console, report: LinkReport) -> None:
    """The scores at score cut-offs, the best one marked, and how reliable the scores are."""
    cases = report.cases()
    if all(link.score == 1 for _, _, links in cases for link in links):
        out.print("the links have no scores, so there is no table of cut-offs")
        return
    rows = score_by_cutoff(cases)
    best = min(rows, key=lambda row: row[1].aer)[0]
    table = _table(("score at least", *_SHARES, "links"))
    for cutoff, scores in rows:
        mark = " (lowest AER)" if cutoff == best else ""
        cells = (f"{cutoff:.1f}{mark}", *_shares(scores), str(scores.predicted))
        table.add_row(*cells, style="bold" if mark else "")
    out.print(table)
    bins = reliability(cases)
    table = _table(("score", "links", "mean score", "right"))
    for each in bins:
        close = "]" if each.high == 1 else ")"
        table.add_row(
            f"[{each.low:.1f}, {each.high:.1f}{close}".replace("[", "\\["),
            str(each.links), f"{each.mean_score:.3f}", f"{each.right:.3f}",
        )  # fmt: skip
    out.print(
        "how often links of a score are right (sure or possible): "
        f"expected calibration error {calibration_error(bins):.4f}",
        soft_wrap=True,
    )
    out.print(table)


def print_worst(out: Console, report: LinkReport, count: int) -> None:
    """The pairs with the most false and missed links, these by their words."""
    found = report.worst(count)
    for each in found:
        pair = each.pair
        head = f"{pair.id}: {len(each.false)} false, {len(each.missed)} missed"
        out.print(Text.assemble((visible(head), "bold"), (f"  {pair.origin}", "dim")))
        false = [("false ", "red", link[:2], f" ({link.score:.2f})") for link in each.false]
        for what, style, cell, score in false + [("missed", "yellow", c, "") for c in each.missed]:
            words = f"{_word(pair.source, cell[0])} → {_word(pair.target, cell[1])}{score}"
            text = Text.assemble((f"  {what} ", style), words, (f"  {cell[0]}-{cell[1]}", "dim"))
            out.print(text, soft_wrap=True)
    if not found:
        out.print("no pair has a false or a missed link")


def _table(columns: Sequence[str]) -> Table:
    table = Table()
    for name in columns:
        table.add_column(name, justify="left" if "score" in name else "right")
    return table


def _word(words: Sequence[str] | None, place: int) -> str:
    return f"word {place}" if words is None else visible(words[place])


def _shares(scores: AlignmentScores) -> tuple[str, ...]:
    values = (scores.aer, scores.precision, scores.recall, scores.f1)
    return tuple(f"{100 * value:.2f}" for value in values)
