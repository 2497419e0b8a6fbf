"""The page of a comparison: figures, and the spans on which the methods disagree.

One file that asks nothing of the network: style and script stand in it, and its own policy forbids
everything else. Without a script all spans are shown, without filters.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape
from pathlib import Path

from spanferry.data.files import write_text
from spanferry.flows.comparing.disagreements import Disagreement, disagreements
from spanferry.flows.comparing.figures import SetFigures, SetResult
from spanferry.flows.comparing.page_cards import card, chip
from spanferry.flows.comparing.page_script import SCRIPT
from spanferry.flows.comparing.page_style import style_sheet
from spanferry.flows.comparing.page_text import plain
from spanferry.flows.comparing.rows import BEST_CHOICE, columns, heading, letters, notes, sections

_HEAD = """<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy"
 content="default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'">
<title>Projection methods compared</title>
"""
_KINDS = {"some-right": "some method right", "all-wrong": "no method right",
          "none-placed": "missing everywhere"}  # fmt: skip


def write_page(results: Sequence[SetResult], path: Path, *, most: int) -> int:
    """Write the page; returns the number of spans on it.

    Args:
        most: spans of a gold set that are shown.
    """
    shown = [disagreements(result) for result in results]
    write_text(page(results, shown, most=most), path)
    return sum(min(len(of_set), most) for of_set in shown)


def page(
    results: Sequence[SetResult], found: Sequence[Sequence[Disagreement]], *, most: int
) -> str:
    """The text of the page.

    Args:
        found: the disagreements of each gold set; the first `most` of them are shown.
    """
    names = [method.name for method in results[0].figures.methods]
    short = letters(len(names))
    gold = results[0].data.gold
    parts = [
        _HEAD,
        f"<style>{style_sheet(len(names))}</style></head><body>\n",
        "<h1>Projection methods compared</h1>\n",
        _legend(names, short),
        *(_set(result.figures, short) for result in results),
        f"<h2>Spans on which methods differ{', or are wrong' if gold else ''}</h2>\n",
        *(_extent(result, of_set, most) for result, of_set in zip(results, found, strict=True)),
        _explained(gold),
        _controls(results, found, names, short),
        *(card(one, number, short) for number, of_set in enumerate(found) for one in of_set[:most]),
        f"<script>{SCRIPT}</script></body></html>\n",
    ]
    return "".join(parts)


def _legend(names: Sequence[str], short: Sequence[str]) -> str:
    items = "".join(
        f"<li>{chip(k, letter)} {plain(name)}</li>"
        for k, (name, letter) in enumerate(zip(names, short, strict=True))
    )
    return f'<ul class="legend">{items}</ul>\n'


def _set(figures: SetFigures, short: Sequence[str]) -> str:
    heads = "".join(
        f'<th scope="col">{chip(k, letter)}<br><span class="name">{plain(method.name)}</span></th>'
        for k, (letter, method) in enumerate(zip(short, figures.methods, strict=True))
    )
    best = f'<th scope="col">{BEST_CHOICE}</th>' if figures.oracle is not None else ""
    looks = "figures choice" if best else "figures"
    rows = []
    for section in sections(figures, short):
        width = len(columns(figures, short)) + 1
        rows.append(
            f'<tr class="section"><th scope="rowgroup" colspan="{width}">'
            f"{plain(section.title)}</th></tr>"
        )
        for row in section.rows:
            cells = "".join(
                f'<td class="best">{escape(cell)}</td>'
                if place in row.best
                else f"<td>{escape(cell)}</td>"
                for place, cell in enumerate(row.cells)
            )
            rows.append(f'<tr><th scope="row">{plain(row.name)}</th>{cells}</tr>')
    told = "".join(f'<p class="faint">{plain(note)}</p>\n' for note in notes(figures))
    return (
        f"<h2>{plain(heading(figures))}</h2>\n"
        f'<div class="wide"><table class="{looks}"><thead><tr><td></td>{heads}'
        f"{best}</tr></thead><tbody>\n"
        + "\n".join(rows)
        + f"\n</tbody></table></div>\n{told}{_reliability(figures, short)}"
    )


def _reliability(figures: SetFigures, short: Sequence[str]) -> str:
    """Said and true shares of right spans, bin by bin."""
    there = [(k, m.reliability) for k, m in enumerate(figures.methods) if m.reliability]
    if not there:
        return ""
    heads = "".join(f'<th scope="col">{chip(k, short[k])}</th>' for k, _ in there)
    rows = []
    for number, one in enumerate(there[0][1].bins):
        cells = "".join(
            f"<td>{100 * found.said:.0f} → {100 * found.right:.0f} <small>({found.number})</small>"
            "</td>"
            if (found := told.bins[number]).number
            else "<td></td>"
            for _, told in there
        )
        rows.append(f'<tr><th scope="row">{one.low:.1f} to {one.high:.1f}</th>{cells}</tr>')
    return (
        "<details><summary>Confidences: said → right, % (spans)</summary>"
        f'<div class="wide"><table class="figures"><thead><tr><td></td>{heads}</tr></thead>'
        f"<tbody>{''.join(rows)}</tbody></table></div></details>\n"
    )


def _explained(gold: bool) -> str:
    if not gold:
        text = "The places of the methods are underlined; numbers are confidences."
    else:
        text = (
            "First come those where a method is wrong and sure of it, then those that some miss. "
            '<b class="gold">Gold spans</b> of the same label are bold and shaded; the places of '
            "the methods are underlined. Numbers are confidences."
        )
    return f'<p class="faint">{text}</p>\n'


def _extent(result: SetResult, found: Sequence[Disagreement], most: int) -> str:
    text = f"{result.data.name}: {len(found)} of {result.data.spans} spans"
    if len(found) > most:
        text += f"; the first {most} are on this page (page_spans)"
    return f"<p>{plain(text)}.</p>\n"


def _controls(
    results: Sequence[SetResult],
    found: Sequence[Sequence[Disagreement]],
    names: Sequence[str],
    short: Sequence[str],
) -> str:
    methods = [(str(k), f"{letter}  {name}") for k, (letter, name) in enumerate(
        zip(short, names, strict=True))]  # fmt: skip
    labels = sorted({one.span.label for of_set in found for one in of_set})
    sets = [(str(k), result.data.name) for k, result in enumerate(results)]
    gold = results[0].data.gold
    fields = [
        _select("set", "set", "all", sets) if len(sets) > 1 else "",
        _select("label", "label", "all", [(label, label) for label in labels]),
        _select("kind", "outcome", "all", _KINDS.items()) if gold else "",
        _select("right", "right under", "–", methods) if gold else "",
        _select("wrong", "wrong under", "–", methods) if gold else "",
        _select("missing", "missing under", "–", methods),
        _select("one", "different places: under", "–", methods) if len(names) > 1 else "",
        _select("other", "and under", "–", methods) if len(names) > 1 else "",
        '<label>text<input name="text" type="search" autocomplete="off"></label>',
        '<button type="reset">show all</button><output id="count"></output>',
    ]
    return f'<form id="controls" class="controls" hidden>{"".join(fields)}</form>\n'


def _select(name: str, title: str, every: str, options: Iterable[tuple[str, str]]) -> str:
    choices = "".join(
        f'<option value="{escape(value)}">{plain(text)}</option>' for value, text in options
    )
    return (
        f'<label>{title}<select name="{name}"><option value="">{every}</option>{choices}'
        "</select></label>"
    )
