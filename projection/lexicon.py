"""What projection knows of words: stop words and punctuation, all of it spaCy's."""

from __future__ import annotations

import unicodedata
from functools import cache

from spanferry.data.languages import base


@cache
def stop_words(language: str) -> frozenset[str]:
    """spaCy's stop words of a BCP-47 language, in lower case; none for one that spaCy lacks."""
    import spacy

    try:
        defaults = spacy.util.get_lang_class(base(language)).Defaults
    except ImportError:
        return frozenset()
    return frozenset(word.lower() for word in defaults.stop_words)


@cache
def edge_marks() -> frozenset[str]:
    """Characters that a span does not begin or end with by itself.

    The punctuation, quotation marks, ellipses and hyphens of `spacy.lang.char_classes`, and the
    full stop, which spaCy treats apart. Signs that carry meaning (`%`, `$`, `@`) are not among
    them; `#`, `&`, `*` and `_` are taken out for that reason.
    """
    from spacy.lang import char_classes as classes

    listed = [*classes.LIST_PUNCT, *classes.LIST_QUOTES, *classes.LIST_ELLIPSES]
    listed += classes.HYPHENS.split("|") if isinstance(classes.HYPHENS, str) else classes.HYPHENS
    marks = {mark.replace("\\", "") for mark in listed}
    return frozenset({mark for mark in marks if len(mark) == 1} | {"."}) - frozenset("#&*_~<>٪")


def is_mark(word: str) -> bool:
    """Whether a word consists of punctuation only (Unicode category P), as spaCy defines it."""
    return bool(word) and all(unicodedata.category(char)[0] == "P" for char in word)


def core(text: str, start: int, end: int) -> tuple[int, int]:
    """The part of a range without white space and marks at its edges; all of it if nothing is left.

    >>> core('of "sushi".', 3, 11)
    (4, 9)
    """
    marks = edge_marks()
    first, last = start, end
    while first < last and (text[first].isspace() or text[first] in marks):
        first += 1
    while last > first and (text[last - 1].isspace() or text[last - 1] in marks):
        last -= 1
    return (first, last) if first < last else (start, end)
