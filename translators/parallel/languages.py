"""Which of the languages that a file names is the one that is wanted."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any

#: Codes of one and the same written language.
_SAME = {"no": "nb"}


@lru_cache(maxsize=4096)
def closeness(code: str, wanted: str) -> int | None:
    """How well a language code serves for a wanted one: 0 best, None not at all.

    0: the same (`EN-us` for `en-US`); 1: without region and script (`pt` for `pt-BR`); 2: the
    region that the language alone stands for (`pt-BR` for `pt`); 3: another region (`pt-PT` for
    `pt-BR`). Another language never serves, nor another script where both codes tell it: `zh-TW`
    is written in Hant and is no `zh-Hans`.
    """
    import langcodes

    try:
        have, want = (
            langcodes.Language.get(langcodes.standardize_tag(one)) for one in (code, wanted)
        )
    except langcodes.LanguageTagError:
        return None
    names = [_SAME.get(one.language, one.language) for one in (have, want)]
    if names[0] != names[1]:
        return None
    if (have.script, have.territory) == (want.script, want.territory):
        return 0
    full, wished = have.maximize(), want.maximize()
    bare = not have.script and not have.territory
    told = not bare and bool(want.script or want.territory)
    if told and full.script != wished.script:
        return None
    if bare:
        return 1
    return 2 if (full.script, full.territory) == (wished.script, wished.territory) else 3


def by_closeness(codes: Iterable[str], wanted: str) -> list[str]:
    """Those of the codes that serve, the best first, equally good ones in their order."""
    found = [(rank, code) for code in codes if (rank := closeness(code, wanted)) is not None]
    return [code for _, code in sorted(found, key=lambda pair: pair[0])]


def texts_in(value: Any, language: str) -> list[str]:
    """The texts of a language in a value of JSON or of a `datasets` feature, the best first.

    - a text: itself, whatever the language;
    - `{"en": "One.", "pt": "Um."}` (the feature `Translation`): that of the language;
    - `{"language": ["en", "pt", "pt"], "translation": ["One.", "Um.", "Uma."]}`
      (`TranslationVariableLanguages`): those of the language.
    """
    if isinstance(value, str):
        return [value]
    if not isinstance(value, Mapping):
        return []
    if set(value) == {"language", "translation"} and isinstance(value["language"], list):
        pairs = list(zip(value["language"], value["translation"] or (), strict=False))
    else:
        pairs = list(value.items())
    codes = dict.fromkeys(code for code, _ in pairs if isinstance(code, str))
    return [
        text
        for best in by_closeness(codes, language)
        for code, text in pairs
        if code == best and isinstance(text, str)
    ]
