"""Texts to words: character ranges from blank spaCy pipelines, and the strings models are given.

>>> split_words(["Ada wrote it."], "en")
[((0, 3), (4, 9), (10, 12), (12, 13))]
>>> model_words("Buen sushi.", [(0, 4), (5, 11)])
['Buen', 'sushi']
"""

from __future__ import annotations

import importlib.util
import re
import threading
import unicodedata
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from spanferry.data.errors import ConfigError
from spanferry.data.records import Offsets

#: spaCy's language for text of any language: splits at white space and punctuation.
ANY_LANGUAGE = "xx"

#: Characters of a word that an aligner is given. Encoding takes time that grows with their square,
#: and what is longer (encoded data, a line without blanks) is no word.
LONGEST_WORD = 200

#: A tag of HTML or XML.
_TAG = re.compile(r"</?[A-Za-z][^<>\n]{0,200}>")

#: What `pip` calls the packages that spaCy's tokenizers of these languages import.
_PACKAGES = {
    "ja": "sudachipy sudachidict-core",
    "ko": "natto-py (and the system package mecab-ko)",
    "th": "pythainlp",
    "vi": "pyvi",
    "zh": "spacy-pkuseg",
}

# One pipeline a thread and language: a pipeline's string store is emptied after each batch
# (`memory_zone`), which must not happen under another thread's hands.
_local = threading.local()


def split_words(
    texts: Sequence[str],
    language: str,
    given: Sequence[Sequence[Offsets] | None] | None = None,
) -> list[tuple[Offsets, ...]]:
    """Word ranges of each text, in characters and in text order, without white-space words.

    Args:
        texts: the texts, all of one language.
        language: BCP-47 code; spaCy's `xx` stands in for a language that spaCy does not have.
        given: for each text the words that came with it, or None; given words are kept as they
            are, but for those that hold nothing but white space.

    Raises:
        ConfigError: spaCy's tokenizer of the language needs a package that is not installed.
    """
    kept = given if given is not None else [None] * len(texts)
    words: list[tuple[Offsets, ...]] = []
    todo: list[int] = []
    for place, (text, ranges) in enumerate(zip(texts, kept, strict=True)):
        if ranges is None:
            todo.append(place)
            words.append(())
        else:
            words.append(tuple((a, b) for a, b in ranges if not text[a:b].isspace()))
    if todo:
        pipeline = _pipeline(language)
        with pipeline.memory_zone():
            for place in todo:
                words[place] = _ranges(pipeline, texts[place])
    return words


def check_language(language: str) -> None:
    """Make sure that `split_words` can work on a language; a stage calls it before it starts.

    Raises:
        ConfigError: see `split_words`.
    """
    _pipeline(language)


def model_words(text: str, ranges: Sequence[Offsets]) -> list[str]:
    """The strings of words that an aligner is given: a word without the punctuation at its edges.

    White-space tokenized corpora hold words like `sushi.`; their vectors lie far from that of
    `sushi`. A word of punctuation only stays as it is; of an overlong one the beginning is given.
    """
    return [bare(text[start : min(end, start + LONGEST_WORD)]) for start, end in ranges]


def bare(word: str) -> str:
    """A word without white space and punctuation (Unicode category P) at its edges, if any is left.

    >>> bare('"sushi."'), bare("..."), bare("$5")
    ('sushi', '...', '$5')
    """
    word = word.strip()
    start, end = 0, len(word)
    while start < end and unicodedata.category(word[start])[0] == "P":
        start += 1
    while start < end and unicodedata.category(word[end - 1])[0] == "P":
        end -= 1
    return word[start:end] or word


def _ranges(pipeline: Any, text: str) -> tuple[Offsets, ...]:
    from spacy.attrs import IDX, IS_SPACE, LENGTH

    starts, sizes, spaces = pipeline.tokenizer(text).to_array([IDX, LENGTH, IS_SPACE]).T.tolist()
    words = tuple(
        (start, start + size)
        for start, size, space in zip(starts, sizes, spaces, strict=True)
        if not space
    )
    return _cut_at_tags(text, words) if "<" in text else words


def _cut_at_tags(text: str, words: Sequence[Offsets]) -> tuple[Offsets, ...]:
    """Each tag a word of its own: spaCy makes "Torres</b" of "<b>Ana Torres</b>"."""
    tags = [match.span() for match in _TAG.finditer(text)]
    edges = sorted({edge for tag in tags for edge in tag})
    found = list(tags)
    for start, end in words:
        cuts = [start, *(edge for edge in edges if start < edge < end), end]
        found += [
            (left, right)
            for left, right in pairwise(cuts)
            if not any(a <= left and right <= b for a, b in tags)
        ]
    return tuple(sorted(found))


def _pipeline(language: str) -> Any:
    loaded: dict[str, Any] = _local.__dict__.setdefault("pipelines", {})
    if language not in loaded:
        loaded[language] = _blank(language)
    return loaded[language]


def _blank(language: str) -> Any:
    import spacy

    code = spacy_language(language)
    try:
        return spacy.blank(code)
    except ImportError as error:
        packages = _PACKAGES.get(code)
        if packages is None:
            raise
        raise ConfigError(
            f"language {language!r}: spaCy needs another package to find its words; "
            f"run: pip install {packages}"
        ) from error


def spacy_language(language: str) -> str:
    """spaCy's code of a BCP-47 language (`pt-BR` is `pt`), or `xx` where spaCy lacks it."""
    from spacy.util import find_matching_language

    primary = language.replace("_", "-").partition("-")[0].lower()
    code = find_matching_language(primary) or primary
    known = code.isalpha() and importlib.util.find_spec(f"spacy.lang.{code}") is not None
    return code if known else ANY_LANGUAGE
