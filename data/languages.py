"""The one internal language code (BCP-47) and what other tools call the same language.

`pt`, `pt-BR`, `sr-Latn`: the script is given where it matters, the region where the user cares.
"""

from __future__ import annotations

from spanferry.data.errors import ConfigError


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
