"""A pair as SVG: source words down, target words across, links where they meet.

The file stands for itself: no script, no font and nothing from the network. What a cell holds is
told when the pointer rests on it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from xml.sax.saxutils import escape

from spanferry.aligners.pictures.measure import text_width
from spanferry.aligners.pictures.palette import label_colours
from spanferry.aligners.pictures.picture import Kind, Picture, Stretch
from spanferry.aligners.pictures.svg_labels import labels
from spanferry.aligners.pictures.svg_layout import BAR, BAR_GAP, MARGIN, Layout, lay_out
from spanferry.aligners.pictures.svg_legend import legend
from spanferry.aligners.pictures.svg_shade import shades
from spanferry.aligners.pictures.svg_style import style_sheet
from spanferry.aligners.pictures.text import visible

#: A line of the grid is stronger after so many words, so that the eye finds its way.
_STRONG = 5
_NARROWEST = 520.0
_FAINTEST = 0.3
#: Font sizes of the name of a pair and of the line below it.
_TITLE, _FACTS = 16, 12.5


def svg(picture: Picture, colours: Mapping[str, str] | None = None) -> str:
    """The text of an SVG file.

    Args:
        colours: of the labels of spans; those of the picture's own labels if None.
    """
    spans = (*picture.source_spans, *picture.target_spans)
    if colours is None:
        colours = label_colours(span.label for span in spans)
    used = {span.label for span in spans}
    layout = lay_out(picture)
    titles = (text_width(picture.id, _TITLE), text_width(describe(picture), _FACTS))
    width = max(layout.width, _NARROWEST, *(wide + 2 * MARGIN for wide in titles))
    shown = {label: colours[label] for label in sorted(used)}
    below, space = legend(picture, shown, layout.height, width)
    height = layout.height + space
    body = [
        *_title(picture),
        *_stripes(layout),
        *(shades(picture.similarities, layout) if picture.similarities is not None else ()),
        *_grid(layout),
        *labels(picture, layout),
        *_bars(picture, layout, shown),
        *_cells(picture, layout),
        *below,
    ]
    size = f'width="{width:.0f}" height="{height:.0f}" viewBox="0 0 {width:.0f} {height:.0f}"'
    return "\n".join(
        [
            '<?xml version="1.0" encoding="UTF-8"?>',
            f'<svg xmlns="http://www.w3.org/2000/svg" {size}>',
            f"<title>{escape(visible(picture.id))}</title>",
            f"<style>{style_sheet()}</style>",
            '<rect class="ground" width="100%" height="100%"/>',
            *body,
            "</svg>\n",
        ]
    )


def describe(picture: Picture) -> str:
    """Languages, aligner and scores of a picture, in a line."""
    parts = []
    if any(picture.languages):
        parts.append(" → ".join(code or "?" for code in picture.languages))
    parts.append(f"{len(picture.source)} × {len(picture.target)} words")
    if picture.links is not None:
        who = f" ({picture.aligner})" if picture.aligner else ""
        parts.append(f"{len(picture.links)} links{who}")
    elif picture.gold is not None:
        counts = len(picture.gold.sure), len(picture.gold.possible)
        parts.append("{} sure and {} possible links".format(*counts))
    scores = picture.scores()
    if scores is not None:
        shares = (100 * scores.aer, 100 * scores.precision, 100 * scores.recall)
        parts.append("AER {:.1f}, precision {:.1f}, recall {:.1f}".format(*shares))
    return visible(", ".join(parts))


def _title(picture: Picture) -> Iterator[str]:
    yield _text(picture.id, MARGIN, MARGIN + 14, f'class="title" font-size="{_TITLE}"')
    yield _text(describe(picture), MARGIN, MARGIN + 34, f'class="faint" font-size="{_FACTS}"')


def _text(content: str, x: float, y: float, style: str) -> str:
    return f'<text x="{x:g}" y="{y:g}" {style}>{escape(visible(content))}</text>'


def _stripes(layout: Layout) -> Iterator[str]:
    wide = layout.right - layout.left
    for row in range(1, len(layout.rows), 2):
        y = layout.top + row * layout.cell
        yield (
            f'<rect class="stripe" x="{layout.left:g}" y="{y:g}" width="{wide:g}" '
            f'height="{layout.cell:g}"/>'
        )


def _grid(layout: Layout) -> Iterator[str]:
    lines: dict[str, list[str]] = {"grid": [], "fifth": [], "frame": []}
    for count, vertical in ((len(layout.columns), True), (len(layout.rows), False)):
        for k in range(count + 1):
            edge = k in (0, count)
            style = "frame" if edge else "grid" if k % _STRONG else "fifth"
            if vertical:
                x = layout.left + k * layout.cell
                lines[style].append(f"M{x:g} {layout.top:g}V{layout.bottom:g}")
            else:
                y = layout.top + k * layout.cell
                lines[style].append(f"M{layout.left:g} {y:g}H{layout.right:g}")
    for style, paths in lines.items():
        yield f'<path class="{style}" d="{"".join(paths)}"/>'


def _bars(picture: Picture, layout: Layout, colours: Mapping[str, str]) -> Iterator[str]:
    for side, words in ((0, picture.source), (1, picture.target)):
        for lane, spans in enumerate(layout.lanes[side]):
            near = BAR_GAP + lane * (BAR + BAR_GAP) + BAR
            for span in spans:
                along = (layout.top, layout.left)[side] + span.start * layout.cell + 1
                length = (span.end - span.start) * layout.cell - 2
                across = (layout.left, layout.top)[side] - near
                x, y, wide, high = (
                    (across, along, BAR, length) if side == 0 else (along, across, length, BAR)
                )
                place = f'x="{x:g}" y="{y:g}" width="{wide:g}" height="{high:g}" rx="2"'
                tip = f"<title>{escape(_tip(span, words))}</title>"
                yield f'<rect {place} fill="{colours[span.label]}">{tip}</rect>'


def _tip(span: Stretch, words: Sequence[str]) -> str:
    return f"{visible(span.label)}: {' '.join(map(visible, words[span.start : span.end]))}"


def _cells(picture: Picture, layout: Layout) -> Iterator[str]:
    scores = picture.link_scores()
    sure = picture.gold.sure if picture.gold else frozenset()
    possible = picture.gold.possible if picture.gold else frozenset()
    cell = layout.cell
    for (row, column), kind in picture.cells().items():
        x, y = layout.left + column * cell, layout.top + row * cell
        yield f"<g><title>{escape(_told(picture, row, column, kind, scores))}</title>"
        # something under the pointer wherever in the cell it rests
        yield f'<rect x="{x:g}" y="{y:g}" width="{cell:g}" height="{cell:g}" opacity="0"/>'
        if kind in (Kind.LINK, Kind.RIGHT, Kind.FALSE):
            style, inset = kind.name.lower(), 0.22 * cell
            side = cell - 2 * inset
            strength = _FAINTEST + (1 - _FAINTEST) * scores[row, column]
            square = (
                f'x="{x + inset:g}" y="{y + inset:g}" width="{side:g}" height="{side:g}" rx="1.5"'
            )
            # on plain ground, so that the shade of the cell does not change the strength
            yield f'<rect class="ground" {square}/>'
            yield f'<rect class="{style}" {square} opacity="{strength:.2f}"/>'
        if (row, column) in sure:
            inset = 0.1 * cell
            side = cell - 2 * inset
            yield (
                f'<rect class="sure" x="{x + inset:g}" y="{y + inset:g}" width="{side:g}" '
                f'height="{side:g}"/>'
            )
        elif (row, column) in possible:
            yield (
                f'<circle class="possible" cx="{x + cell / 2:g}" cy="{y + cell / 2:g}" '
                f'r="{0.42 * cell:g}"/>'
            )
        yield "</g>"


def _told(
    picture: Picture,
    row: int,
    column: int,
    kind: Kind,
    scores: Mapping[tuple[int, int], float],
) -> str:
    parts = [f"{visible(picture.source[row])} → {visible(picture.target[column])}"]
    if (row, column) in scores:
        parts.append(f"score {scores[row, column]:.3g}")
    if picture.similarities is not None:
        parts.append(f"similarity {float(picture.similarities[row][column]):.3g}")
    if kind is not Kind.LINK:
        parts.append(kind.value)
    return "\n".join(parts)
