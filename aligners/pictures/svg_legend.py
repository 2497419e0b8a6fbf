"""The legend of a picture: what occurs in it, and nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from xml.sax.saxutils import escape

from spanferry.aligners.pictures.measure import text_width
from spanferry.aligners.pictures.picture import Kind, Picture
from spanferry.aligners.pictures.svg_layout import MARGIN
from spanferry.aligners.pictures.svg_shade import shade_range
from spanferry.aligners.pictures.text import visible

_FONT = 12.0
_LINE = 22.0
_MARK = 14.0


def legend(
    picture: Picture, colours: Mapping[str, str], top: float, width: float
) -> tuple[list[str], float]:
    """The elements of the legend, wrapped into lines of a width, and the height that they take."""
    parts: list[str] = []
    x, y = MARGIN, top
    for mark, text in _items(picture, colours):
        wide = _MARK + 6 + text_width(text, _FONT) + 18
        if x > MARGIN and x + wide > width - MARGIN:
            x, y = MARGIN, y + _LINE
        parts.append(
            f'<g transform="translate({x:g} {y:g})">{mark}<text x="{_MARK + 6:g}" '
            f'y="{_MARK - 3:g}" font-size="{_FONT:g}">{escape(text)}</text></g>'
        )
        x += wide
    return parts, y - top + _LINE + MARGIN / 2


def _items(picture: Picture, colours: Mapping[str, str]) -> list[tuple[str, str]]:
    kinds = set(picture.cells().values())
    found: list[tuple[str, str]] = []
    if Kind.LINK in kinds:
        found.append((_filled("link"), "link, the fainter the lower its score"))
    if Kind.RIGHT in kinds:
        found.append((_filled("right"), "right link"))
    if Kind.FALSE in kinds:
        found.append((_filled("false"), "false link"))
    if picture.gold is not None and picture.gold.sure:
        box = '<rect class="sure" x="0.5" y="0.5" width="13" height="13"/>'
        text = "gold: sure" if picture.links is None else "gold: sure (missed where empty)"
        found.append((box, text))
    if picture.gold is not None and picture.gold.possible:
        found.append(('<circle class="possible" cx="7" cy="7" r="6"/>', "gold: possible"))
    if picture.links is not None and _unlinked(picture):
        mark = '<text class="faint" x="1" y="11" font-size="12">ab</text>'
        found.append((mark, "word without a link"))
    if picture.similarities is not None:
        low, high = shade_range(picture.similarities)
        box = '<rect class="shade" opacity="0.5" width="14" height="14"/>'
        found.append((box, f"similarity, from {low:.2f} (plain) to {high:.2f}"))
    for label, colour in colours.items():
        found.append(
            (
                f'<rect fill="{colour}" x="4" width="5" height="14" rx="2"/>',
                f"span: {visible(label)}",
            )
        )
    return found


def _unlinked(picture: Picture) -> bool:
    rows, columns = ({link[side] for link in picture.links or ()} for side in (0, 1))
    return len(rows) < len(picture.source) or len(columns) < len(picture.target)


def _filled(style: str) -> str:
    return f'<rect class="{style}" x="2" y="2" width="10" height="10" rx="1.5"/>'
