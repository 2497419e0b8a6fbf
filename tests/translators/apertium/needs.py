"""What the tests here need: Apertium itself."""

from __future__ import annotations

import pytest

from spanferry.translators.apertium.modes import folder, installed


def absent(*modes: str) -> str:
    """Why tests with these modes cannot run; nothing where they can."""
    from spanferry.data.errors import ConfigError

    try:
        there = installed(folder(None))
    except ConfigError as error:
        return str(error)
    lost = [mode for mode in modes if mode not in there]
    return f"Apertium lacks {', '.join(lost)}" if lost else ""


needs_apertium = pytest.mark.skipif(
    bool(absent("eng-spa", "eng-cat")), reason=absent("eng-spa", "eng-cat") or "installed"
)
