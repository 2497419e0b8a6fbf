"""SVG files: well-formed whatever the words, and drawn where they should be."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree
from collections.abc import Iterator

import pytest
from hypothesis import given, settings

from spanferry.aligners.pictures.picture import Gold, Picture, Stretch
from spanferry.aligners.pictures.svg import svg
from spanferry.aligners.pictures.svg_layout import lay_out, side_by_side
from spanferry.aligners.pictures.svg_shade import shade_range, shades
from spanferry.aligners.pictures.text import visible
from spanferry.data.links import Link
from tests.aligners.pictures.making import pictures

NAME = "{http://www.w3.org/2000/svg}"


def parsed(picture: Picture) -> ElementTree.Element:
    return ElementTree.fromstring(svg(picture).encode("utf-8"))


def drawn(root: ElementTree.Element, style: str) -> list[ElementTree.Element]:
    return [element for element in root.iter() if element.get("class") == style]


def cells(root: ElementTree.Element, layout: object, style: str) -> Iterator[tuple[int, int]]:
    """Row and column of the squares of a style, legend left out."""
    for mark in drawn(root, style):
        x, y = float(mark.get("x", "0")), float(mark.get("y", "0"))
        if x >= layout.left and y >= layout.top:  # type: ignore[attr-defined]
            cell = layout.cell  # type: ignore[attr-defined]
            yield int((y - layout.top) / cell), int((x - layout.left) / cell)  # type: ignore[attr-defined]


@settings(max_examples=40, deadline=None)
@given(pictures())
def test_every_picture_is_well_formed_and_has_all_words(picture: Picture) -> None:
    root = parsed(picture)
    texts = ["".join(element.itertext()) for element in root.iter(f"{NAME}text")]
    for word in (*picture.source, *picture.target):
        assert any(visible(word) in text for text in texts)
    width, height = float(root.get("width", "0")), float(root.get("height", "0"))
    for box in root.iter(f"{NAME}rect"):
        if box.get("x") is not None and box.get("class") != "ground":
            assert float(box.get("x", "0")) + float(box.get("width", "0")) <= width
            assert float(box.get("y", "0")) + float(box.get("height", "0")) <= height


PAIR = Picture(
    "p",
    ["Ada", "lives", "in", "Lisbon"],
    ["Ada", "vive", "em", "Lisboa", "."],
    [Link(0, 0, 1.0), Link(1, 1, 0.5), Link(2, 4, 0.25)],
    Gold(frozenset({(0, 0), (3, 3)}), frozenset({(1, 1), (2, 2)})),
)


def test_links_stand_in_their_cells() -> None:
    root, layout = parsed(PAIR), lay_out(PAIR)
    assert list(cells(root, layout, "right")) == [(0, 0), (1, 1)]
    assert list(cells(root, layout, "false")) == [(2, 4)]
    assert list(cells(root, layout, "sure")) == [(0, 0), (3, 3)]
    assert len(drawn(root, "possible")) == 2 + 1  # and one in the legend
    assert [mark.get("opacity") for mark in drawn(root, "right")][:2] == ["1.00", "0.65"]


def test_a_cell_tells_what_it_holds() -> None:
    tips = [element.text for element in parsed(PAIR).iter(f"{NAME}title")]
    assert "in → .\nscore 0.25\nfalse link" in tips
    assert "Lisbon → Lisboa\nmissed link" in tips
    assert "in → em\npossible link" in tips


def test_without_gold_there_is_no_right_and_wrong() -> None:
    bare = Picture("p", PAIR.source, PAIR.target, PAIR.links)
    root = parsed(bare)
    assert list(cells(root, lay_out(bare), "link")) == [(0, 0), (1, 1), (2, 4)]
    assert not drawn(root, "right") + drawn(root, "false") + drawn(root, "sure")
    assert bare.scores() is None


def test_gold_links_alone() -> None:
    root = parsed(Picture("p", PAIR.source, PAIR.target, None, PAIR.gold))
    assert len(drawn(root, "sure")) == 2 + 1
    assert not drawn(root, "link") + drawn(root, "right")
    assert "2 sure and 2 possible links" in svg(
        Picture("p", PAIR.source, PAIR.target, None, PAIR.gold)
    )


def test_words_without_a_link_stand_back() -> None:
    faint = [text.text for text in drawn(parsed(PAIR), "faint")]
    assert faint[1:] == ["Lisbon", "em", "Lisboa", "ab"]  # after the line below the title
    assert "word without a link" in svg(PAIR)
    whole = Picture("p", ["a"], ["b"], [Link(0, 0)])
    assert "word without a link" not in svg(whole)


def test_shades_follow_the_similarities() -> None:
    grid = [[0.1, 0.1, 0.9], [0.1, 0.5, float("nan")]]
    picture = Picture("p", ["a", "b"], ["x", "y", "z"], [], similarities=grid)
    assert shade_range(grid) == (0.1, 0.9)
    layout = lay_out(picture)
    paths = shades(grid, layout)
    assert len(paths) == 2  # 0.5 and 0.9; the median and what is no number stay plain
    assert f"M{layout.left + 2 * layout.cell:g} {layout.top:g}h" in paths[1]
    assert "similarity, from 0.10 (plain) to 0.90" in svg(picture)
    assert shades([[0.3, 0.3, 0.3]] * 2, layout) == []


def test_a_span_is_a_bar_along_its_words() -> None:
    picture = Picture(
        "p", PAIR.source, PAIR.target, [], source_spans=[Stretch(1, 4, "A"), Stretch(3, 4, "B")]
    )
    root, layout = parsed(picture), lay_out(picture)
    bars = [box for box in root.iter(f"{NAME}rect") if box.find(f"{NAME}title") is not None]
    tall = [round(float(bar.get("height", "0"))) for bar in bars]
    assert tall == [round(3 * layout.cell - 2), round(layout.cell - 2)]
    assert float(bars[0].get("x", "0")) > float(bars[1].get("x", "0"))  # side by side
    assert float(bars[0].get("y", "0")) == pytest.approx(layout.top + layout.cell + 1)
    assert [bar.findtext(f"{NAME}title") for bar in bars] == ["A: lives in Lisbon", "B: Lisbon"]
    assert bars[0].get("fill") != bars[1].get("fill")


def test_lanes_hold_spans_that_do_not_overlap() -> None:
    spans = [Stretch(0, 2, "A"), Stretch(1, 3, "B"), Stretch(2, 4, "C"), Stretch(0, 4, "D")]
    for lane in side_by_side(spans):
        covered = [k for span in lane for k in range(span.start, span.end)]
        assert len(covered) == len(set(covered))
    assert sorted(s.label for lane in side_by_side(spans) for s in lane) == ["A", "B", "C", "D"]


def test_words_from_right_to_left_keep_to_their_edge() -> None:
    root = parsed(Picture("p", ["שלום", "abc"], ["مرحبا", "abc"], []))
    labels = {"".join(text.itertext()): text for text in root.iter(f"{NAME}text")}
    row, column = labels["שלום"], labels["مرحبا"]
    # a row's label ends at the matrix: in right-to-left text that is where it starts
    assert (row.get("direction"), row.get("text-anchor")) == ("rtl", "start")
    assert (column.get("direction"), column.get("text-anchor")) == ("rtl", "end")


def test_long_pairs_repeat_their_labels_on_the_far_edges() -> None:
    words = [f"w{k}" for k in range(40)]
    root = parsed(Picture("p", words, words[:10], []))
    texts = [text.text for text in root.iter(f"{NAME}text")]
    assert texts.count("w3") == 3  # its row once, its column above and below
    assert texts.count("w30") == 1
    small, large = Picture("p", words, words, []), Picture("p", words * 3, words * 3, [])
    assert lay_out(large).cell < lay_out(small).cell


def test_nothing_comes_from_outside() -> None:
    text = svg(PAIR)
    assert "<script" not in text
    assert "http" not in text.replace("http://www.w3.org/2000/svg", "")
    assert "prefers-color-scheme:dark" in text
