"""The one internal language code (BCP-47) and what other tools call the same language.

`pt`, `pt-BR`, `sr-Latn`: the script is given where it matters, the region where the user cares.
"""

from __future__ import annotations

from collections.abc import Iterable

from spanferry.data.errors import ConfigError

#: Codes that stand for a group of languages in BCP-47, and the member that models mean by them.
_MEMBERS = {"ps": "pbt", "qu": "quy"}
#: Codes of several languages that occur in names of models (ISO 639-5 and the like).
_GROUPS = {
    "mul", "und", "zxx", "roa", "gem", "gmw", "gmq", "sla", "zle", "zlw", "zls", "itc", "ine",
    "cel", "bat", "fiu", "trk", "sem", "afa", "bnt", "map", "poz", "phi", "inc", "iir", "dra",
    "cpp", "cpf", "cau",
}  # fmt: skip
#: Farthest that two tags of one language are apart (`pt-PT` and `pt-BR`: 5), in CLDR's measure.
_SAME = 5


def normalize(code: str) -> str:
    """The canonical spelling of a code (`PT_br` -> `pt-BR`, `eng` -> `en`).

    Raises:
        ConfigError: it is no valid BCP-47 code.
    """
    import langcodes

    if not code or not langcodes.tag_is_valid(code):
        raise ConfigError(f"{code!r} is not a language code; write BCP-47 (pt, pt-BR, sr-Latn)")
    return str(langcodes.standardize_tag(code))


def base(code: str) -> str:
    """The language alone, without script and region (`pt-BR` -> `pt`); spaCy's codes are these."""
    return code.replace("_", "-").partition("-")[0].lower()


def is_language(code: str) -> bool:
    """Whether a tool's code names one language, and no group of them (`mul`, `ROMANCE`, `roa`)."""
    import langcodes

    if not code or not langcodes.tag_is_valid(code):
        return False
    language = langcodes.Language.get(code)
    return bool(language.is_valid()) and base(str(language)) not in _GROUPS


def name(code: str) -> str:
    """The English name (`pt-BR` -> `Portuguese (Brazil)`)."""
    import langcodes

    return str(langcodes.Language.get(code).display_name())


def match(code: str, known: Iterable[str]) -> str | None:
    """The code of a tool that means a language: `pt` among `por_Latn`, `spa_Latn` is `por_Latn`.

    Languages of one macrolanguage count as one where models do so (`ar` is `arb_Arab`, `fa` is
    `pes_Arab`), regions may differ, scripts may not (`sr-Latn` is not `srp_Cyrl`; `zh` is
    `zho_Hans`).

    Args:
        code: BCP-47.
        known: the tool's codes: anything that reads as BCP-47 with `_` for `-`.
    """
    import langcodes

    wanted = langcodes.Language.get(code)
    script = _script(code)
    best: tuple[int, int, str] | None = None
    for other in known:
        tag = other.replace("_", "-")
        if not langcodes.tag_is_valid(tag) or _script(tag) != script:
            continue
        exact = _MEMBERS.get(wanted.language or "") == langcodes.Language.get(tag).language
        distance = 0 if exact else langcodes.tag_distance(wanted, tag)
        if distance <= _SAME:
            # of equally near ones the shortest, then the first by name, whatever their order
            best = min(best or (99, 0, ""), (distance, len(other), other))
    return best[2] if best else None


def near(code: str, known: Iterable[str], most: int = 5) -> list[str]:
    """The codes of a tool that are nearest to a language, for error messages."""
    import langcodes

    tags = [other for other in known if langcodes.tag_is_valid(other.replace("_", "-"))]
    tags.sort(key=lambda tag: (langcodes.tag_distance(code, tag.replace("_", "-")), tag))
    return tags[:most]


def _script(tag: str) -> str:
    import langcodes

    return str(langcodes.Language.get(tag).maximize().script)
