"""The similarity of words as the shade of cells: a path a shade, so that long pairs stay small."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Sequence
from statistics import median

from spanferry.aligners.pictures.svg_layout import Layout

#: Shades between none and the darkest.
SHADES = 12
_DARKEST = 0.62


def shade_range(similarities: Sequence[Sequence[float]]) -> tuple[float, float]:
    """what is not shaded (the median, so half of the cells) and what is drawn darkest."""
    values = [float(value) for row in similarities for value in row if math.isfinite(value)]
    return (median(values), max(values)) if values else (0.0, 0.0)


def shades(similarities: Sequence[Sequence[float]], layout: Layout) -> list[str]:
    """The paths of the cells that are shaded."""
    low, high = shade_range(similarities)
    if high <= low:
        return []
    paths: dict[int, list[str]] = defaultdict(list)
    side = f"{layout.cell:g}"
    for row, values in enumerate(similarities):
        for column, value in enumerate(values):
            if not math.isfinite(value):
                continue
            shade = round(SHADES * (float(value) - low) / (high - low))
            if shade > 0:
                x = layout.left + column * layout.cell
                y = layout.top + row * layout.cell
                paths[shade].append(f"M{x:g} {y:g}h{side}v{side}h-{side}z")
    return [
        f'<path class="shade" opacity="{_DARKEST * shade / SHADES:.3f}" d="{"".join(cells)}"/>'
        for shade, cells in sorted(paths.items())
    ]
