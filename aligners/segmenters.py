"""Words of languages that are written without blanks, or whose words are smaller than those.

spaCy's own tokenizers of Japanese, Chinese and Thai ask the same packages and give the same words;
asked directly, they take texts of any length, and nothing of a text is left out. Brackets at the
edges of a word are words of their own. Chinese words are jieba's: single characters, which spaCy
gives by default, are no words to an aligner.

| languages | package | extra | words |
|---|---|---|---|
| Japanese | SudachiPy, its core dictionary | `ja` | short units (split mode A) |
| Chinese, all its languages | jieba | `zh` | words, with its model for unknown ones |
| Thai | PyThaiNLP | `th` | `newmm`, words of its dictionary |
| Korean | python-mecab-ko, its dictionary | `ko` | morphemes: a noun and its particle are two |
| Khmer, Lao, Burmese, Shan, Mon | icu4py | `icu` | words of ICU's dictionaries |
| Tibetan, Dzongkha | none | | syllables, each with the mark that ends it |
"""

from __future__ import annotations

import re
import threading
import warnings
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any
from unicodedata import category

from spanferry.data.backends import require
from spanferry.data.errors import ConfigError
from spanferry.data.records import Offsets

#: Takes a line, gives the ranges of its words in order; white space may be among them.
Find = Callable[[str], Iterable[Offsets]]

#: Characters that a segmenter is given at once. Sudachi takes 49,149 bytes, and the time that
#: others take may grow faster than the text.
LONGEST_PIECE = 10_000

#: A line, or as much of one as a segmenter is given, if possible up to the end of a sentence.
_PIECE = re.compile(
    rf"[^\n]{{1,{LONGEST_PIECE}}}(?=\n|\Z)"
    rf"|[^\n]{{1,{LONGEST_PIECE - 1}}}[。！？!?.။។ \u3000]"
    rf"|[^\n]{{1,{LONGEST_PIECE}}}"
)
_INK = re.compile(r"\S+")
#: A syllable with its mark (tsheg), a Tibetan punctuation mark, or what is not Tibetan.
_TIBETAN = re.compile(
    r"[\u0f00\u0f18-\u0f39\u0f3e-\u0fbc\u0fc6]+[\u0f0b\u0f0c]?|[\u0f01-\u0fff]|[^\u0f00-\u0fff\s]+"
)

_OPENING = {"Ps", "Pi"}
_CLOSING = {"Pe", "Pf"}

_lock = threading.Lock()


@dataclass(frozen=True, slots=True)
class Segmenter:
    """How the words of a language are found.

    Args:
        extra: the extra of spanferry that installs the packages.
        packages: what pip calls those that decide where words end; their versions do, too.
        load: makes the function, for one thread.
    """

    extra: str
    packages: tuple[str, ...]
    load: Callable[[str, str], Find]


def ranges(text: str, find: Find) -> tuple[Offsets, ...]:
    """The words of a text, without white space; nothing else is left out.

    What the segmenter gives no range for becomes words between blanks.
    """
    found: list[Offsets] = []
    for piece in _PIECE.finditer(text):
        offset, last = piece.start(), 0
        line = piece.group()
        for start, end in find(line):
            start = max(start, last)
            if start >= end:
                continue
            found += _inked(line, last, start, offset)
            found += _word(line, start, end, offset)
            last = end
        found += _inked(line, last, len(line), offset)
    return tuple(found)


def _word(line: str, start: int, end: int, offset: int) -> Iterator[Offsets]:
    """A word without white space at its edges; brackets and quotes there are words themselves."""
    while start < end and line[start].isspace():
        start += 1
    while start < end and line[end - 1].isspace():
        end -= 1
    while end - start > 1 and category(line[start]) in _OPENING:
        yield offset + start, offset + start + 1
        start += 1
    last = end
    while last - start > 1 and category(line[last - 1]) in _CLOSING:
        last -= 1
    if start < last:
        yield offset + start, offset + last
    for place in range(last, end):
        yield offset + place, offset + place + 1


def _inked(line: str, start: int, end: int, offset: int) -> Iterator[Offsets]:
    if start < end:
        for match in _INK.finditer(line, start, end):
            yield match.start() + offset, match.end() + offset


def _placed(line: str, words: Iterable[str]) -> Iterator[Offsets]:
    """The ranges of words that stand in a line in this order."""
    last = 0
    for word in words:
        start = line.find(word, last)
        if start >= 0:
            last = start + len(word)
            yield start, last


def _japanese(_: str, user: str) -> Find:
    sudachipy = require("sudachipy", extra="ja", user=user)
    require("sudachidict_core", extra="ja", user=user)
    dictionary = sudachipy.Dictionary(dict="core")
    # called `create` before version 0.7
    make = getattr(dictionary, "tokenizer", None) or dictionary.create
    tokenizer = make(mode=sudachipy.SplitMode.A)
    return lambda line: [(word.begin(), word.end()) for word in tokenizer.tokenize(line)]


def _chinese(_: str, user: str) -> Find:
    # its own code warns when it is first compiled
    with warnings.catch_warnings(), _lock:
        warnings.simplefilter("ignore")
        tokenizer = _jieba(require("jieba", extra="zh", user=user))
    return lambda line: _placed(line, tokenizer.cut(line))


@cache
def _jieba(jieba: Any) -> Any:
    # a tokenizer of our own: the package's keeps its dictionary in a file that anybody may write
    # to, tells of that on stderr, and has the words that other code added
    tokenizer = jieba.Tokenizer()
    tokenizer.FREQ, tokenizer.total = tokenizer.gen_pfdict(tokenizer.get_dict_file())
    tokenizer.initialized = True
    return tokenizer


def _thai(_: str, user: str) -> Find:
    try:
        tokenize = require("pythainlp.tokenize", extra="th", user=user)
    except OSError as error:
        raise ConfigError(
            f"{user}: PyThaiNLP cannot make its data folder ({error}); set PYTHAINLP_DATA to a "
            "folder that can be written to, or PYTHAINLP_READ_ONLY=1"
        ) from error
    return lambda line: _placed(line, tokenize.word_tokenize(line, engine="newmm"))


def _korean(_: str, user: str) -> Find:
    tagger = require("mecab", extra="ko", user=user).MeCab()

    def find(line: str) -> Iterator[Offsets]:
        for word in tagger.parse(line):
            yield word.span.start, word.span.end

    return find


def _icu(code: str, user: str) -> Find:
    breakers = require("icu4py.breakers", extra="icu", user=user)
    return lambda line: _placed(line, breakers.WordBreaker(line, code))


def _tibetan(_: str, user: str) -> Find:
    return lambda line: [match.span() for match in _TIBETAN.finditer(line)]


_ICU = Segmenter("icu", ("icu4py",), _icu)

#: By language.
SEGMENTERS = {
    "ja": Segmenter("ja", ("sudachipy", "sudachidict-core"), _japanese),
    "zh": Segmenter("zh", ("jieba",), _chinese),
    "th": Segmenter("th", ("pythainlp",), _thai),
    "ko": Segmenter("ko", ("python-mecab-ko", "python-mecab-ko-dic"), _korean),
    **dict.fromkeys(("km", "lo", "my", "shn", "mnw"), _ICU),
    **dict.fromkeys(("bo", "dz"), Segmenter("", (), _tibetan)),
}
