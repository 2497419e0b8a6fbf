"""Where the parts of a picture lie, in pixels."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from spanferry.aligners.pictures.measure import text_width
from spanferry.aligners.pictures.picture import Picture, Stretch
from spanferry.aligners.pictures.text import shortened, visible

#: Most words of the longer side, with the side of a cell that they are drawn with.
_CELLS = ((16, 26.0), (32, 21.0), (56, 18.0), (100, 16.0))
_SMALLEST = 14.0
#: Clusters of a word that its label shows; the tooltip has all of them.
_LABEL = 26
#: More words than this on one side, and the labels of the other side stand on both edges.
_REPEAT = 24
#: Degrees by which the labels of columns are turned.
ANGLE = 60
MARGIN = 18.0
#: Width of a bar that marks a span, and the gap to the next.
BAR, BAR_GAP = 5.0, 3.0
_GAP = 7.0
_TITLE = 52.0


@dataclass(frozen=True, slots=True)
class Layout:
    """The geometry of a picture.

    Args:
        cell: side of a cell.
        font: size of the labels.
        left, top: corner of the matrix.
        rows, columns: labels of the words.
        lanes: the spans of rows and of columns, side by side where they overlap.
        repeat_rows, repeat_columns: whether labels stand on the far edge as well.
        width, height: of the matrix and everything around it but the legend.
    """

    cell: float
    font: float
    left: float
    top: float
    rows: tuple[str, ...]
    columns: tuple[str, ...]
    lanes: tuple[tuple[tuple[Stretch, ...], ...], tuple[tuple[Stretch, ...], ...]]
    repeat_rows: bool
    repeat_columns: bool
    width: float
    height: float

    @property
    def right(self) -> float:
        """The right edge of the matrix."""
        return self.left + self.cell * len(self.columns)

    @property
    def bottom(self) -> float:
        """The lower edge of the matrix."""
        return self.top + self.cell * len(self.rows)


def lay_out(picture: Picture) -> Layout:
    """The geometry of a picture: the longer the sentences, the smaller the cells."""
    longest = max(len(picture.source), len(picture.target))
    cell = next((side for most, side in _CELLS if longest <= most), _SMALLEST)
    font = min(13.0, cell - 4.5)
    rows = tuple(shortened(visible(word), _LABEL) for word in picture.source)
    columns = tuple(shortened(visible(word), _LABEL) for word in picture.target)
    lanes = (side_by_side(picture.source_spans), side_by_side(picture.target_spans))
    widest = max((text_width(word, font) for word in rows), default=0.0)
    slant = math.radians(ANGLE)
    lengths = [text_width(word, font) for word in columns]
    rise = max((length * math.sin(slant) for length in lengths), default=0.0) + font
    # how far the turned labels reach beyond the matrix, to the right above it, to the left below it
    reach = [length * math.cos(slant) for length in lengths]
    count = len(columns)
    beyond = max((reach[k] - (count - k - 0.5) * cell for k in range(count)), default=0.0)
    before = max((reach[k] - (k + 0.5) * cell for k in range(count)), default=0.0)
    repeat_rows, repeat_columns = count > _REPEAT, len(rows) > _REPEAT
    left = MARGIN + max(widest, before if repeat_columns else 0.0) + 2 * _GAP + _bars(lanes[0])
    top = MARGIN + _TITLE + rise + _GAP + _bars(lanes[1])
    far = max(widest + _GAP if repeat_rows else 0.0, beyond)
    return Layout(
        cell, font, left, top, rows, columns, lanes, repeat_rows, repeat_columns,
        width=left + cell * count + far + MARGIN,
        height=top + cell * len(rows) + (rise + _GAP if repeat_columns else 0.0) + MARGIN,
    )  # fmt: skip


def side_by_side(spans: Sequence[Stretch]) -> tuple[tuple[Stretch, ...], ...]:
    """Spans in as few lanes as possible, so that those of a lane do not overlap; long ones first,
    so that inner spans lie outside of the lane of the one around them.

    >>> [[s.label for s in lane] for lane in
    ...  side_by_side([Stretch(0, 1, "A"), Stretch(0, 3, "B"), Stretch(3, 4, "C")])]
    [['B', 'C'], ['A']]
    """
    lanes: list[list[Stretch]] = []
    for span in sorted(spans, key=lambda span: (span.start - span.end, span.start, span.label)):
        for lane in lanes:
            if all(span.end <= other.start or span.start >= other.end for other in lane):
                lane.append(span)
                break
        else:
            lanes.append([span])
    return tuple(map(tuple, lanes))


def _bars(lanes: Sequence[Sequence[Stretch]]) -> float:
    return len(lanes) * (BAR + BAR_GAP)
