"""The names of modes, and which of them translate a pair of languages.

Apertium names languages by ISO 639-3, older pairs by ISO 639-1, and puts a variant behind `_`:
`eng-spa`, `en-gl`, `es-pt_BR`, `eng-cat_valencia_uni`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

_SIDE = r"[a-z]{2,3}(?:[_@][A-Za-z0-9]+)*"
_NAME = re.compile(rf"({_SIDE})-({_SIDE})")
#: Names of Apertium's that BCP-47 knows as other languages or as several.
_OWN = {
    "hbs": ("bs", "hr", "sr-Latn", "sh", "me"),
    "zlm": ("ms",),
    "nor": ("no", "nb", "nn"),
    "nob": ("no",),
    "no": ("nb", "nn"),
}


@dataclass(frozen=True, slots=True)
class Direction:
    """A mode whose name tells its languages.

    Args:
        name: the name.
        source, target: language codes of the name, without variants.
        source_variant, target_variant: what stands behind them, lower case.
    """

    name: str
    source: str
    target: str
    source_variant: tuple[str, ...]
    target_variant: tuple[str, ...]

    def starts(self, language: str) -> bool:
        return _same(self.source, language)

    def ends(self, language: str) -> bool:
        return _same(self.target, language)

    def translates(self, source: str, target: str) -> bool:
        """Whether it is for these languages (BCP-47), whatever the variant."""
        return self.starts(source) and self.ends(target)


def parse(name: str) -> Direction | None:
    """A mode by its name; None for those whose names are no pair (`eng-spa-tagger`)."""
    match = _NAME.fullmatch(name)
    if match is None:
        return None
    (source, *left), (target, *right) = (re.split("[_@]", side) for side in (match[1], match[2]))
    return Direction(
        name, source, target, tuple(v.lower() for v in left), tuple(v.lower() for v in right)
    )


def find(directions: Sequence[Direction], source: str, target: str) -> list[Direction]:
    """The best mode for two languages: the variant that the code names, else the plain one.

    `pt-BR` is `es-pt_BR` where there is that, else `es-pt`; `ca-valencia` is `eng-cat_valencia`.
    Several where only variants are there that nobody asked for; none where there is nothing.
    """
    rated = [
        (
            _rate(one.source_variant, source) + _rate(one.target_variant, target),
            # the three-letter names are the ones that are kept up
            -len(one.source) - len(one.target),
            one.name,
            one,
        )
        for one in directions
        if one.translates(source, target)
    ]
    rated.sort(key=lambda item: item[:3])
    if not rated or rated[0][0] < _UNASKED:
        return [item[3] for item in rated[:1]]
    return [item[3] for item in rated]


#: Rank of a variant that the language code does not name.
_UNASKED = 100


def _rate(variant: Sequence[str], language: str) -> int:
    if not variant:
        return 1
    named = set(language.lower().replace("_", "-").split("-"))
    return 0 if named.issuperset(variant) else _UNASKED


@cache
def _same(code: str, language: str) -> bool:
    import langcodes

    wanted = langcodes.Language.get(language)
    for other in (code, *_OWN.get(code, ())):
        if not langcodes.tag_is_valid(other):
            continue
        known = langcodes.Language.get(other)
        if _alpha3(known) == _alpha3(wanted) and (
            wanted.maximize().script == known.maximize().script
        ):
            return True
    return False


def _alpha3(language: object) -> str:
    try:
        return str(language.to_alpha3())  # type: ignore[attr-defined]
    except LookupError:
        return str(getattr(language, "language", ""))
