"""How wide text will be, without a font at hand."""

from __future__ import annotations

from rich.cells import cell_len

from spanferry.aligners.pictures.text import clusters

#: Widths in units of the font size, for the sans-serif fonts of browsers (DejaVu Sans, which is
#: among the widest): narrow letters, wide ones, and all others.
_NARROW = frozenset("iljtfrI.,:;'|!()[] ")
_WIDE = frozenset("mwMWQ@%—…œæÆŒ‹›")
_WIDTHS = (0.36, 0.62, 1.0)
#: Letters of double width in a terminal are squares of about the font size.
_SQUARE = 1.05


def text_width(text: str, size: float) -> float:
    """An upper estimate of the width of a line of text, in the unit of the font size."""
    total = 0.0
    for piece in clusters(text):
        if cell_len(piece) > 1:
            total += _SQUARE
        elif piece[0] in _NARROW:
            total += _WIDTHS[0]
        elif piece[0] in _WIDE or piece[0].isupper():
            total += _WIDTHS[2] if piece[0] in _WIDE else 0.76
        else:
            total += _WIDTHS[1]
    return total * size
