"""Spans in the terminal: nested ones, discontinuous ones, with and without colours."""

from __future__ import annotations

from io import StringIO
from typing import Any

import pytest
from rich.console import Console

from spanferry.flows.show import highlight, palette, show_records


def span(start: int, end: int, label: str, **more: Any) -> dict[str, Any]:
    return {"id": f"{label}{start}", "start": start, "end": end, "label": label, **more}


@pytest.mark.parametrize(
    ("spans", "shown"),
    [
        ([], "University of Porto"),
        ([span(14, 19, "LOC")], "University of [Porto]‹LOC›"),
        ([span(14, 19, "LOC"), span(0, 19, "ORG")], "[University of [Porto]‹LOC›]‹ORG›"),
        ([span(0, 10, "A"), span(10, 19, "B")], "[University]‹A›[ of Porto]‹B›"),
        ([span(0, 19, "A"), span(0, 10, "B")], "[[University]‹B› of Porto]‹A›"),
    ],
)
def test_spans_in_brackets(spans: list[dict[str, Any]], shown: str) -> None:
    assert highlight("University of Porto", spans, {}, plain=True).plain == shown


def test_colours_cover_the_span_and_the_inner_one_lies_on_top() -> None:
    spans = [span(0, 19, "ORG"), span(14, 19, "LOC")]
    text = highlight("University of Porto", spans, {"ORG": "red", "LOC": "blue"})
    assert text.plain == "University of Porto‹LOC›‹ORG›"
    console = Console()
    assert text.get_style_at_offset(console, 3).color is not None
    assert str(text.get_style_at_offset(console, 15).color.name) == "blue"  # type: ignore[union-attr]


def test_only_the_fragments_of_a_discontinuous_span_are_coloured() -> None:
    parts = [{"start": 0, "end": 4}, {"start": 15, "end": 21}]
    text = highlight("left and right atrium", [span(0, 21, "X", fragments=parts)], {"X": "red"})
    coloured = [bool(text.get_style_at_offset(Console(), at).color) for at in range(21)]
    assert coloured == [at < 4 or at >= 15 for at in range(21)]
    plain = highlight("left and right atrium", [span(0, 21, "X", fragments=parts)], {}, plain=True)
    assert plain.plain == "[left…] and right [atrium]‹X›"


def test_missing_and_rejected_are_said() -> None:
    row = {
        "id": "r1", "origin": "a.jsonl:1", "language": "en", "text": "Ada came.",
        "spans": [span(0, 3, "PER")], "target_language": "pt", "translation": "Veio.",
        "projected": [], "missing": [{"source_span": "PER0", "reason": "no_links"}],
        "rejection": {"stage": "filter", "reason": "complete", "detail": ""},
    }  # fmt: skip
    out = StringIO()
    show_records(Console(file=out, width=80), [row])
    assert "missing: PER “Ada” (no_links)" in out.getvalue()
    assert "rejected by filter: complete" in out.getvalue()


def test_a_label_keeps_its_colour() -> None:
    assert palette(["B", "A", "B"]) == palette(["A", "B"])


def test_control_characters_are_shown_and_not_obeyed() -> None:
    shown = highlight("a\x07b\x1b[31mc\td", [], {})
    assert shown.plain == "a␇b␛[31mc\td"


def test_a_long_record_is_shown_in_part() -> None:
    spans = [
        {"id": "1", "start": 0, "end": 3, "label": "PER"},
        {"id": "2", "start": 90, "end": 93, "label": "PER"},
    ]
    row = {
        "id": "r", "origin": "", "language": "en", "target_language": "pt",
        "text": "Ana " * 30, "spans": spans, "translation": "Ana " * 30,
        "projected": [{**spans[0], "score": 1.0, "source_span": "1"}],
        "missing": [{"source_span": "2", "reason": "claimed"}], "rejection": None,
    }  # fmt: skip
    out = StringIO()
    show_records(Console(file=out, width=200), [row], longest=20)
    text = out.getvalue()
    assert text.count("Ana") == 10
    assert text.count("…") == 2
    assert "claimed" not in text
