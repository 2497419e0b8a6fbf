"""The languages that the encoder knows, and those that string evidence has to help."""

from __future__ import annotations

#: Languages of the Universal Sentence Encoder multilingual, by its model card.
KNOWN = frozenset(
    ["ar", "de", "en", "es", "fr", "it", "ja", "ko", "nl", "pl", "pt", "ru", "th", "tr", "zh"]
)


def unknown_languages(*codes: str) -> list[str]:
    """Those of some BCP-47 codes that the encoder does not know; an empty code is not judged.

    >>> unknown_languages("en-GB", "ro", "zh_Hant", "")
    ['ro']
    """
    return [code for code in codes if code and primary(code) not in KNOWN]


def primary(code: str) -> str:
    """The language of a BCP-47 code without script and region."""
    return code.replace("_", "-").partition("-")[0].lower()
