"""Texts in the objects of JSONL."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from spanferry.translators.parallel.languages import texts_in

#: What `value_at` gives where there is no such field; None may be the value of one.
ABSENT = object()
#: Fields where a translation may stand when none is named.
DEFAULT_FIELDS = ("translation", "text")


def value_at(found: Mapping[str, Any], name: str) -> Any:
    """The value of a field, or of a field inside objects (`translation.pt`); `ABSENT` without."""
    if name in found:
        return found[name]
    first, dot, rest = name.partition(".")
    inner = found.get(first)
    return value_at(inner, rest) if dot and isinstance(inner, Mapping) else ABSENT


def first_text(
    found: Mapping[str, Any], fields: Sequence[str], language: str
) -> tuple[bool, str | None]:
    """Whether one of the fields is there, and the text of a language in the first that is.

    An object without a text in the language counts as none.
    """
    for field in fields:
        value = value_at(found, field)
        texts = texts_in(value, language)
        if value is not ABSENT and (texts or not isinstance(value, Mapping)):
            return True, next(iter(texts), None)
    return False, None
