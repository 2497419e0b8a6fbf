"""Texts to words: character ranges by spaCy's rules or `segmenters`, and what models are given.

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
from collections.abc import Callable, Sequence, Set
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from itertools import pairwise
from typing import Any

from spanferry.aligners import segmenters
from spanferry.data import backends, languages
from spanferry.data.records import Offsets

#: spaCy's language for text of any language: splits at white space and punctuation.
ANY_LANGUAGE = "xx"

#: Characters of a word that an aligner is given. Encoding takes time that grows with their square,
#: and what is longer (encoded data, a line without blanks) is no word.
LONGEST_WORD = 200

#: A tag of HTML or XML.
_TAG = re.compile(r"</?[A-Za-z][^<>\n]{0,200}>")

#: Part of `tokenizer_revision`: raise it with every change that changes words.
ALGORITHM = "2"

#: Languages that go by the rules of another one: members of macrolanguages that CLDR does not count
#: as such, and close relatives in the same script.
_RULES_OF = {
    "no": "nb", "fil": "tl", "sh": "hr", "bs": "hr", "cnr": "hr", "ku": "kmr",
    "tts": "th", "nod": "th", "sou": "th", "rki": "my",
    **dict.fromkeys(("yue", "wuu", "nan", "hak", "gan", "hsn", "cdo", "cjy", "lzh"), "zh"),
    **dict.fromkeys(("arz", "ary", "apc", "ajp", "acm", "acq", "aeb", "ars", "afb"), "ar"),
    **dict.fromkeys(("pes", "prs"), "fa"),
    **dict.fromkeys(("als", "aln"), "sq"),
}  # fmt: skip

#: A full stop that spaCy leaves at its word, for want of these scripts or their vowel signs in its
#: rules: from Hebrew to the Vedic signs, Indian and Ethiopic supplements.
_GLUED = re.compile(r"(?<=[\u0590-\u1cff\ua800-\uabff])\.(?![\w.])")

#: Scripts with blanks between words, whatever the language.
_SPACED = {"Latn", "Cyrl"}

# One of each a thread and language: a pipeline's string store is emptied after each batch
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
        language: BCP-47 code. `segmenters` has languages that are written without blanks; of the
            others spaCy's rules are used, those for any language (`xx`) where it has none.
        given: for each text the words that came with it, or None; given words are kept as they
            are, but for those that hold nothing but white space.

    Raises:
        MissingExtraError: the language needs a package that is not installed.
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
        found = _splitter(language)([texts[place] for place in todo])
        for place, ranges in zip(todo, found, strict=True):
            words[place] = _cut_at_tags(texts[place], ranges) if "<" in texts[place] else ranges
    return words


def check_language(language: str) -> None:
    """Make sure that `split_words` can work on a language; a stage calls it before it starts.

    Raises:
        MissingExtraError: see `split_words`.
    """
    _splitter(language)


@cache
def tokenizer_revision(language: str) -> str:
    """What decides where the words of a language end; changes whenever they may. Cheap.

    >>> tokenizer_revision("bo")
    'words 2 bo'
    """
    code = _segmented(language)
    if code is not None:
        packages = segmenters.SEGMENTERS[code].packages
    else:
        code = spacy_language(language)
        packages = ("spacy", *(("pyvi",) if code == "vi" else ()))
    return " ".join([f"words {ALGORITHM} {code}", *map(_installed, packages)])


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


def _cut_at_stops(text: str, words: Sequence[Offsets], stops: Set[int]) -> tuple[Offsets, ...]:
    """A full stop a word of its own, but for one at an abbreviation that holds another."""
    found: list[Offsets] = []
    for start, end in words:
        stop = end - 1
        if stop in stops and start < stop and "." not in text[start:stop]:
            found += [(start, stop), (stop, end)]
        else:
            found.append((start, end))
    return tuple(found)


def _splitter(language: str) -> Callable[[Sequence[str]], list[tuple[Offsets, ...]]]:
    loaded: dict[str, Any] = _local.__dict__.setdefault("splitters", {})
    if language not in loaded:
        code = _segmented(language)
        user = f"finding the words of {language!r}"
        if code is None:
            loaded[language] = _by_spacy(spacy_language(language), user)
        else:
            find = segmenters.SEGMENTERS[code].load(code, user)
            loaded[language] = lambda texts: [segmenters.ranges(text, find) for text in texts]
    return loaded[language]  # type: ignore[no-any-return]


def _by_spacy(code: str, user: str) -> Callable[[Sequence[str]], list[tuple[Offsets, ...]]]:
    import spacy
    from spacy.attrs import IDX, IS_SPACE, LENGTH

    if code == "vi":
        backends.require("pyvi", extra="vi", user=user)
    pipeline = spacy.blank(code)

    def ranges(text: str) -> tuple[Offsets, ...]:
        columns = pipeline.tokenizer(text).to_array([IDX, LENGTH, IS_SPACE]).T.tolist()
        words = tuple(
            (start, start + size) for start, size, space in zip(*columns, strict=True) if not space
        )
        stops = {match.start() for match in _GLUED.finditer(text)}
        return _cut_at_stops(text, words, stops) if stops else words

    def split(texts: Sequence[str]) -> list[tuple[Offsets, ...]]:
        with pipeline.memory_zone():
            if code == "vi":  # its words hold blanks, and ends of lines too where they are let to
                return [segmenters.ranges(text, ranges) for text in texts]
            return [ranges(text) for text in texts]

    return split


def _segmented(language: str) -> str | None:
    """The language of `segmenters` whose words are found likewise, if there is one."""
    code, script = _code_and_script(language)
    return code if code in segmenters.SEGMENTERS and script not in _SPACED else None


def spacy_language(language: str) -> str:
    """spaCy's code of a BCP-47 language (`pt-BR` is `pt`), or `xx` where spaCy lacks it."""
    from spacy.util import find_matching_language

    primary, script = _code_and_script(language)
    if primary in segmenters.SEGMENTERS and script in _SPACED:
        return ANY_LANGUAGE
    code = find_matching_language(primary) or primary
    known = code.isalpha() and importlib.util.find_spec(f"spacy.lang.{code}") is not None
    return code if known else ANY_LANGUAGE


def _code_and_script(language: str) -> tuple[str, str]:
    import langcodes

    tag = language.replace("_", "-")
    if not langcodes.tag_is_valid(tag):
        return languages.base(tag), ""
    found = langcodes.Language.get(tag)
    code = found.prefer_macrolanguage().language or languages.base(tag)
    return _RULES_OF.get(code, code), found.script or ""


def _installed(package: str) -> str:
    try:
        return f"{package} {version(package)}"
    except PackageNotFoundError:
        return f"{package} missing"
