"""Output that loops: what small translation models do when they lose the thread."""

from __future__ import annotations

import re
import unicodedata

#: Words; a script without spaces counts by character.
_UNIT = re.compile(r"[\u0e00-\u0eff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]|[^\W_]+|[^\w\s]")
_STUTTER = re.compile(r"([^\W\d_]{1,4}?)\1{2,}")
LONGEST_UNIT = 8
FEWEST_REPEATS = 4
#: Letters that a stretch of repeated letters needs ("soooooooooooo" is how people write).
LONGEST_STUTTER = 24
#: How much more often than its source a translation may repeat itself ("re: re: re: ..." of 12
#: that comes out as 14 is no loop).
TOLERANCE = 1.5


def repeats(source: str, translation: str) -> bool:
    """Whether a translation says the same thing over and over, more often than its source does.

    Three signs: the same one to eight words four times in a row ("o Senhor, o Senhor, o Senhor, o
    Senhor"), the same four words in five places, or one to four letters over and over inside a
    word. Each counts only where it is half as frequent again as in the source: "very, very, very,
    very good" may be translated as it stands.
    """
    before, after = _units(source), _units(translation)
    signs = (
        (_longest_run(after), FEWEST_REPEATS, _longest_run(before)),
        (_most_frequent(after, 4), FEWEST_REPEATS + 1, _most_frequent(before, 4)),
        (_stutter(translation), LONGEST_STUTTER, _stutter(source)),
    )
    return any(found >= fewest and found > TOLERANCE * known for found, fewest, known in signs)


def _units(text: str) -> list[str]:
    return _UNIT.findall(unicodedata.normalize("NFKC", text).casefold())


def _longest_run(units: list[str]) -> int:
    """How often, at most, a group of up to eight units with a letter follows itself, plus one."""
    longest = 1
    for size in range(1, LONGEST_UNIT + 1):
        same = 0
        for place in range(size, len(units)):
            same = same + 1 if units[place] == units[place - size] else 0
            if same and same % size == 0:
                group = units[place - size + 1 : place + 1]
                if any(unit.isalpha() for unit in group):
                    longest = max(longest, same // size + 1)
    return longest


def _most_frequent(units: list[str], size: int) -> int:
    """How often the most frequent group of `size` units with two or more words stands there."""
    counts: dict[tuple[str, ...], int] = {}
    for place in range(len(units) - size + 1):
        group = tuple(units[place : place + size])
        if sum(unit.isalpha() for unit in group) > 1:
            counts[group] = counts.get(group, 0) + 1
    return max(counts.values(), default=0)


def _stutter(text: str) -> int:
    """Length of the longest stretch of letters that repeats its first one to four."""
    return max((len(match[0]) for match in _STUTTER.finditer(text)), default=0)
