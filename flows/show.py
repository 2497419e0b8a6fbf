"""Records in the terminal, their spans in colour."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from rich.console import Console, Group, RenderableType
from rich.text import Text

from spanferry.flows.show_tags import shortened, tag_line, working_tags

#: Background colours that both dark and light terminals show well, given to labels in turn.
COLOURS = ("cyan", "magenta", "green", "yellow", "blue", "red", "bright_cyan", "bright_magenta")

#: Control characters as the pictures that Unicode has of them; a terminal would obey them.
_VISIBLE = {code: 0x2400 + code for code in range(32) if chr(code) not in "\t\n"} | {127: 0x2421}


def palette(labels: Iterable[str]) -> dict[str, str]:
    """A style a label; the same labels get the same colours."""
    return {
        label: f"bold black on {COLOURS[i % len(COLOURS)]}"
        for i, label in enumerate(sorted(set(labels)))
    }


def highlight(
    text: str, spans: Sequence[Mapping[str, Any]], styles: Mapping[str, str], *, plain: bool = False
) -> Text:
    """A text with its spans coloured, each followed by its label; inner spans lie on top.

    Args:
        plain: mark spans by square brackets as well, for output without colours; a part of a
            span that goes on later ends with `…]`.
    """
    painted = Text(text.translate(_VISIBLE))
    outer_first = sorted(spans, key=lambda span: span["start"] - span["end"])
    marks: dict[int, Text] = {}
    for span in reversed(outer_first):  # at one place, inner spans close before outer ones
        end = marks.setdefault(span["end"], Text())
        end.append("]" if plain else "").append(f"‹{span['label']}›", "dim")
        for _, stop in _ranges(span)[:-1] if plain else ():
            marks.setdefault(stop, Text()).append("…]")
    for span in outer_first:
        for start, stop in _ranges(span):
            if plain:
                marks.setdefault(start, Text()).append("[")
            painted.stylize(styles.get(span["label"], "bold reverse"), start, stop)
    shown = Text()
    at = 0
    for cut in sorted(marks):
        shown.append_text(painted[at:cut]).append_text(marks[cut])
        at = cut
    return shown.append_text(painted[at:])


def _ranges(span: Mapping[str, Any]) -> list[tuple[int, int]]:
    fragments = span.get("fragments") or [span]
    return [(part["start"], part["end"]) for part in fragments]


def record_view(
    row: Mapping[str, Any], styles: Mapping[str, str], *, plain: bool = False
) -> RenderableType:
    """Source and translation of a row of the working tables, one below the other."""
    target = row.get("target_language") or ""
    lines: list[RenderableType] = [
        Text.assemble((f"{row['id']}", "bold"), (f"  {row.get('origin') or ''}", "dim")),
        _line(row["language"], highlight(row["text"], row["spans"] or [], styles, plain=plain)),
    ]
    if row.get("translation") is not None:
        projected = row.get("projected") or []
        lines.append(_line(target, highlight(row["translation"], projected, styles, plain=plain)))
        for layer, tagged in row.get("tagged_words") or working_tags(row):
            lines.append(_line(target, tag_line(layer, tagged)))
        for name, text in row.get("translated_side_texts") or []:
            lines.append(_line(target, Text.assemble((f"{name}: ", "dim"), text or "")))
        if projected:
            lowest = min(span["score"] for span in projected)
            lines.append(Text(f"      lowest span score {lowest:.2f}", "dim"))
    names = {span["id"]: span for span in row["spans"] or []}
    for missing in row.get("missing") or []:
        span = names[missing["source_span"]]
        words = row["text"][span["start"] : span["end"]]
        lines.append(Text(f"      missing: {span['label']} “{words}” ({missing['reason']})", "red"))
    for missing in row.get("missing_relations") or []:
        ends = f"{missing['head']} → {missing['tail']}"
        lines.append(Text(f"      missing: {missing['label']} {ends} ({missing['reason']})", "red"))
    if row.get("rejection"):
        rejection = row["rejection"]
        detail = f" — {rejection['detail']}" if rejection["detail"] else ""
        lines.append(
            Text(f"      rejected by {rejection['stage']}: {rejection['reason']}{detail}", "red")
        )
    return Group(*lines, Text())


def _line(language: str, text: Text) -> Text:
    return Text.assemble((f"  {language:>3} ", "dim"), text)


def show_records(
    console: Console, rows: Sequence[Mapping[str, Any]], *, longest: int | None = None
) -> None:
    """Print records, one after the other.

    Args:
        longest: characters of a text that are shown; None: all.
    """
    styles = palette(span["label"] for row in rows for span in row["spans"] or [])
    for row in rows:
        shown = row if longest is None else _shortened(row, longest)
        view = record_view(shown, styles, plain=console.color_system is None)
        console.print(view, soft_wrap=not console.is_terminal)


def _shortened(row: Mapping[str, Any], longest: int) -> dict[str, Any]:
    """A row whose texts end after so many characters, without the spans that do not fit."""
    short = dict(row)
    for text, spans in (("text", "spans"), ("translation", "projected")):
        if len(row.get(text) or "") > longest:
            short[text] = f"{row[text][:longest]} …"
            short[spans] = [span for span in row[spans] or [] if span["end"] <= longest]
    layers = row.get("tagged_words") or working_tags(row)
    short["tagged_words"] = [(name, shortened(tagged, longest)) for name, tagged in layers]
    known = {span["id"] for span in short["spans"] or []}
    short["missing"] = [m for m in row.get("missing") or [] if m["source_span"] in known]
    return short
