"""Names of languages for prompts."""

from __future__ import annotations

from collections.abc import Mapping

from spanferry.data import languages
from spanferry.data.errors import ConfigError


def language_name(code: str, names: Mapping[str, str], *, user: str, key: str) -> str:
    """The English name of a language: `pt-BR` -> "Portuguese (Brazil)".

    Args:
        code: BCP-47, normalised.
        names: the user's own names by code.
        user, key: the backend that asks and the key of `names` in its settings, for the error.

    Raises:
        ConfigError: it has no name.
    """
    if code in names:
        return names[code]
    name = languages.name(code)
    if name.startswith("Unknown language"):
        raise ConfigError(
            f"translator {user!r} has no name for the language {code!r}; "
            f"give one: {key}: {{{code}: ...}}"
        )
    return name
