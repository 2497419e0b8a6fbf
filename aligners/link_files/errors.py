"""Errors of link files: all of one reason, each with its place."""

from __future__ import annotations

from spanferry.data.errors import InputError

REASON = "bad_links"
_SHOWN = 80


def bad(detail: str, origin: str, raw: str = "") -> InputError:
    """An error at a line of a file."""
    return InputError(REASON, detail, origin=origin, raw=raw)


def shown(text: str) -> str:
    """A piece of input for an error message, in quotes and not too long."""
    return repr(text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…")
