"""Pairs in the terminal: a matrix where it fits, a list where not, readable without colours."""

from __future__ import annotations

from io import StringIO

from hypothesis import given, settings
from rich.cells import cell_len
from rich.console import Console

from spanferry.aligners.pictures.picture import Gold, Picture, Stretch
from spanferry.aligners.pictures.terminal import PictureView, View, matrix, matrix_width
from spanferry.data.links import Link
from tests.aligners.pictures.making import pictures

PAIR = Picture(
    "p",
    ["Ada", "lives", "in", "Lisbon"],
    ["Ada", "vive", "em", "Lisboa", "."],
    [Link(0, 0, 1.0), Link(1, 1, 0.6), Link(2, 4, 0.25)],
    Gold(frozenset({(0, 0), (3, 3)}), frozenset({(1, 1), (2, 2)})),
    languages=("en", "pt"),
)
BARE = Picture("p", PAIR.source, PAIR.target, PAIR.links, source_spans=[Stretch(3, 4, "LOC")])


def shown(picture: Picture, width: int = 80, view: View = "auto") -> str:
    out = StringIO()
    Console(file=out, width=width).print(PictureView(picture, view))
    return out.getvalue()


def test_the_matrix() -> None:
    assert [line.plain for line in matrix(BARE)] == [
        "               L   ",
        "               i   ",
        "           v   s   ",
        "         A i   b   ",
        "         d v e o   ",
        "         a e m a . ",
        "   Ada │ █       · ",
        " lives │   ▓     · ",
        "    in │         ▒ ",
        "Lisbon │         · ",
        "  link with score: █ 0.75 and up, ▓ 0.5 and up, ▒ 0.25 and up, ░ lower",
    ]


def test_signs_beside_gold_links() -> None:
    lines = shown(PAIR).splitlines()
    assert "   Ada │ ●       · " in lines
    assert " lives │   ●     · " in lines
    assert "    in │     ○   ✕ " in lines
    assert "Lisbon │       □ · " in lines
    assert "  ● right link   ✕ false link   □ missed link   ○ possible link   " in lines
    assert "AER 40.0, precision 66.7, recall 50.0" in lines[1]


def test_what_is_too_wide_is_a_list() -> None:
    assert matrix_width(PAIR) == 4 + 6 + 10
    assert "│" in shown(PAIR, width=20)
    assert "│" not in shown(PAIR, width=19)
    assert "│" in shown(PAIR, width=10, view="matrix")


def test_the_list() -> None:
    lines = shown(PAIR, view="list").splitlines()[2:]
    assert lines == [
        "  0 Ada → Ada 0 ✓",
        "  1 lives → vive 1 (0.60) ✓",
        "  2 in → . 4 (0.25) ✕",
        "  3 Lisbon → Lisboa 3 missed",
        "  no link: 2 em",
        "",
    ]
    assert "  3 Lisbon → –" in shown(BARE, view="list")


def test_spans_are_told() -> None:
    assert "source spans: LOC “Lisbon”" in shown(BARE)


def test_gold_links_alone() -> None:
    gold = Picture("p", PAIR.source, PAIR.target, None, PAIR.gold)
    assert "■ sure link   ○ possible link" in shown(gold)
    assert "  1 lives → vive 1 possible" in shown(gold, view="list")


@settings(max_examples=40, deadline=None)
@given(pictures())
def test_a_terminal_has_nothing_to_obey_and_columns_stay_in_line(picture: Picture) -> None:
    for view in ("matrix", "list"):
        text = shown(picture, 200, view)
        text.encode("utf-8")
        assert all(character >= " " or character == "\n" for character in text)
        assert "\u202e" not in text
    rows = [line.plain for line in matrix(picture)][:-1]
    assert len({cell_len(row) for row in rows}) <= 1
