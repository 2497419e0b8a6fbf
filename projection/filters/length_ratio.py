"""length_ratio: is the translation about as long as it should be?"""

from __future__ import annotations

import unicodedata

from spanferry.data.errors import ConfigError
from spanferry.projection.filters.base import Filter, ScoreInput, single

#: Characters added to both lengths. Gale and Church (1993) find that the length of a translation
#: varies with a standard deviation of sqrt(6.8 * length) characters. Three of those, as a share of
#: length + 10, never exceed 1.24 (at 10 characters), so the upper default leaves them all in:
#: "Yum!" and "¡Una maravilla!" score 25 / 14 = 1.8, not 3.7. The longer a text, the less it counts.
SMOOTHING = 10.0
#: Of 29,000 captions each in German and French, 2,676 Spanish reviews, 799 German speeches, 447
#: lines of French Hansards and 60,000 machine translations into Portuguese, 3 texts lie outside.
DEFAULT_BOUNDS = (0.4, 2.5)


class LengthRatioFilter(Filter):
    """Length of the translation over that of the source, `(target + 10) / (source + 10)`.

    Lengths count characters, those that are wide (Unicode Standard Annex 11: Chinese, Japanese,
    Korean) twice, as one of them stands for more than a Latin letter does.

    Args:
        bounds: lowest and highest ratio that is accepted; None accepts everything.

    Raises:
        ConfigError: the bounds are not positive or not in order.
    """

    name = "length_ratio"
    column = "score_length_ratio"
    description = "length of the translation over that of the source; accepts a range"

    def __init__(self, bounds: tuple[float, float] | None = DEFAULT_BOUNDS) -> None:
        if bounds is not None and not 0 < bounds[0] <= bounds[1]:
            raise ConfigError(
                f"filter.length_ratio: {list(bounds)} must be [low, high] with 0 < low <= high"
            )
        self.bounds = None if bounds is None else (single(bounds[0]), single(bounds[1]))

    def measure(self, item: ScoreInput) -> float | None:
        return (width(item.translation) + SMOOTHING) / (width(item.record.text) + SMOOTHING)

    def passes(self, score: float) -> bool:
        return self.bounds is None or self.bounds[0] <= score <= self.bounds[1]

    def rule(self) -> str:
        return "off" if self.bounds is None else f"{self.bounds[0]:g} to {self.bounds[1]:g}"


def is_wide(character: str) -> bool:
    """Whether a character takes two columns (Unicode Standard Annex 11, `W` and `F`)."""
    return unicodedata.east_asian_width(character) in "WF"


def width(text: str) -> int:
    """Length of a text with its wide characters counted twice.

    >>> width("Brüssel"), width("東京")
    (7, 4)
    """
    text = text.strip()
    if text.isascii():
        return len(text)
    return len(text) + sum(map(is_wide, text))
