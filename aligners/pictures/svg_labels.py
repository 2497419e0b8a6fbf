"""The words at the edges of a picture."""

from __future__ import annotations

from collections.abc import Iterator, Set
from xml.sax.saxutils import escape, quoteattr

from spanferry.aligners.pictures.picture import Picture
from spanferry.aligners.pictures.svg_layout import ANGLE, BAR, BAR_GAP, Layout
from spanferry.aligners.pictures.text import right_to_left, visible


def labels(picture: Picture, layout: Layout) -> Iterator[str]:
    """The elements of the labels: on the near edges, and in long pairs on the far ones too."""
    inner = [len(lanes) * (BAR + BAR_GAP) for lanes in layout.lanes]
    linked: list[Set[int] | None] = [None, None]
    if picture.links is not None:
        linked = [{link.source for link in picture.links}, {link.target for link in picture.links}]
    rows = [(layout.left - 7 - inner[0], "end")]
    if layout.repeat_rows:
        rows.append((layout.right + 7, "start"))
    columns = [(layout.top - 7 - inner[1], "start")]
    if layout.repeat_columns:
        columns.append((layout.bottom + 7, "end"))
    yield f'<g font-size="{layout.font:g}"{_language(picture.languages[0])}>'
    for x, anchor in rows:
        for k, (label, word) in enumerate(zip(layout.rows, picture.source, strict=True)):
            y = layout.top + (k + 0.5) * layout.cell + 0.36 * layout.font
            yield _label(label, word, f'x="{x:g}" y="{y:g}"{_linked(k, linked[0])}', anchor)
    yield f'</g><g font-size="{layout.font:g}"{_language(picture.languages[1])}>'
    for y, anchor in columns:
        for k, (label, word) in enumerate(zip(layout.columns, picture.target, strict=True)):
            x = layout.left + (k + 0.5) * layout.cell + 0.3 * layout.font
            x -= 0.1 * layout.font if anchor == "start" else 0
            drop = 0 if anchor == "start" else 0.45 * layout.font
            place = f'transform="translate({x:g} {y + drop:g}) rotate(-{ANGLE})"'
            yield _label(label, word, f"{place}{_linked(k, linked[1])}", anchor)
    yield "</g>"


def _linked(place: int, linked: Set[int] | None) -> str:
    """Words without a link stand back."""
    return "" if linked is None or place in linked else ' class="faint"'


def _language(code: str) -> str:
    """Fonts of Chinese and Japanese differ in the shape of the same character."""
    return f" xml:lang={quoteattr(visible(code))}" if code else ""


def _label(label: str, word: str, place: str, anchor: str) -> str:
    """A word at an edge of the matrix. `anchor` is meant from left to right; in text from right to
    left, start and end change places."""
    more = ""
    if right_to_left(word):
        anchor = "end" if anchor == "start" else "start"
        more = ' direction="rtl"'
    tip = f"<title>{escape(visible(word))}</title>" if label != word else ""
    return f'<text {place} text-anchor="{anchor}"{more}>{escape(label)}{tip}</text>'
