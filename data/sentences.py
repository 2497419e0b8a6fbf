"""Sentence splitting with character offsets, rule-based, for every language.

spaCy's `sentencizer` on a blank pipeline does the work: its tokenizer exceptions know "Mr.", "e.g."
and "U.S.", initials are no sentence end to it, and it needs no model. What it gets wrong on real
text is mended here: abbreviations before a number ("No. 5", "Fig. 3"), "etc." and "..." in the
middle of a sentence, and full stops of scripts that put no space behind them.

Line breaks end a sentence: a blank line always, and a single one as well, since corpora of short
texts put one sentence or list item on a line. For hard-wrapped text `newlines="paragraph"` makes
a single line break white space like any other.

>>> text = "Mr. Smith sat in the U.S. Senate. He left."
>>> [text[start:end] for start, end in split_sentences(text)]
['Mr. Smith sat in the U.S. Senate.', 'He left.']
"""

from __future__ import annotations

import re
import threading
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import pairwise
from typing import Any, Literal

from spanferry.data.languages import base
from spanferry.data.records import Offsets

Newlines = Literal["line", "paragraph"]

#: Line breaks as a reader sees them; form feed and the Unicode separators count as well. The group
#: is atomic: CRLF is one break, never two.
_BREAK = r"(?>\r\n|[\n\r\v\f\x85\u2028\u2029])"
_LINE = re.compile(rf"{_BREAK}+")
_PARAGRAPH = re.compile(rf"{_BREAK}\s*?{_BREAK}\s*|\u2029")
#: Full stops of Chinese, Japanese, Hindi, Urdu, Amharic, Armenian and Burmese, with what closes.
_STOP = re.compile(r"[。！？｡।॥۔።։။]+[」』”’）)\]]*")
#: Before a number these are no sentence end ("No. 5", "pp. 3-5", "Smith et al. 2010").
_BEFORE_NUMBER = re.compile(
    r"(?:^|[\s(\[])(?:nos?|nrs?|n[ºo°]|figs?|pp?|pgs?|vols?|chs?|eqs?|secs?|sects?|arts?|art|abs|al|ca|"
    r"approx|cf|tab|bd|pág|págs|fl|c|v|ver|op|opp|pt|ex)\.$",
    re.IGNORECASE,
)
#: The number of a list item is no sentence of its own ("1. Wash the rice.").
_ITEM = re.compile(r"[(\[]?(?:\d{1,3}|[^\W\d_])[.)\]]+")
#: Never a sentence end, whatever follows.
_NEVER = re.compile(
    r"(?:^|[\s(\[])(?:cf|viz|approx|resp|incl|excl|esp|lt|col|maj|capt|cmdr|sgt|messrs|sra?|srta|dra?)"
    r"\.$",
    re.IGNORECASE,
)
#: A sentence end only before a capital letter ("bread, cheese etc. and wine", "Wait ... what?").
_BEFORE_LOWER = re.compile(
    r"(?:(?:^|[\s(\[])(?:etc|al|inc|ltd|co|corp|bros|jr|eds?|hon|govt|dept|min|max)\.|\.\.|…)$",
    re.IGNORECASE,
)

#: Dots behind a word and before a capital; "I" is one anywhere in an English sentence.
_DOTS = re.compile(r"(?<=\w)(?:\.{2,}|…)(?=\s+[^\W\d_a-z])(?!\s+I\b)")
#: What opens a sentence; spaCy leaves it with the one before ("He left. (" "She stayed.)").
_OPENERS = "([{¿¡“„«‘#$€£"
_QUOTES = "\"'"

#: Words that a pipeline may remember, some 30 MB.
MOST_WORDS = 100_000

_lock = threading.Lock()


def split_sentences(
    text: str,
    language: str = "en",
    *,
    protected: Iterable[Offsets] = (),
    newlines: Newlines = "line",
) -> list[Offsets]:
    """The sentences of a text as ranges, in order, without the white space between them.

    Everything outside the ranges is white space; a text of white space has none.

    Args:
        text: any text.
        language: BCP-47 code; the generic `xx` rules serve where spaCy has none of its own or
            lacks a package for them.
        protected: ranges that no sentence end may fall into (labelled spans).
        newlines: whether a single line break ends a sentence (`line`) or only a blank line does
            (`paragraph`).
    """
    guarded = sorted(protected)
    sentences: list[Offsets] = []
    for line_start, line_end in _lines(text, newlines):
        for start, end in _sentences(text, line_start, line_end, language):
            before = sentences[-1] if sentences else None
            if before and (
                _inside(guarded, before[1], start)
                or (before[1] > line_start and _continues(text, before, start))
            ):
                sentences[-1] = (before[0], end)
            else:
                sentences.append((start, end))
    return sentences


def trim(text: str, start: int, end: int) -> Offsets:
    """The range without white space at its ends; empty when there is nothing else."""
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return start, end


def _inside(ranges: Sequence[Offsets], left: int, right: int) -> bool:
    """Whether a range reaches over the gap [left, right) on both sides."""
    return any(start < left and end > right for start, end in ranges)


def _lines(text: str, newlines: Newlines) -> Iterator[Offsets]:
    start = 0
    for match in (_LINE if newlines == "line" else _PARAGRAPH).finditer(text):
        yield start, match.start()
        start = match.end()
    yield start, len(text)


def _sentences(text: str, start: int, end: int, language: str) -> Iterator[Offsets]:
    line = text[start:end]
    if not line.strip():
        return
    cuts = {0, len(line)}
    cuts.update(match.end() for pattern in (_STOP, _DOTS) for match in pattern.finditer(line))
    cuts.update(_before_openers(line, cut) for cut in _spacy_starts(line, base(language)))
    for left, right in pairwise(sorted(cuts)):
        first, last = trim(text, start + left, start + right)
        if first < last:
            yield first, last


def _before_openers(line: str, cut: int) -> int:
    """A cut moved before the brackets and quotes that open the sentence after it.

    A straight quote opens when there is white space before it and none behind.
    """
    place = cut
    while place and (
        line[place - 1] in _OPENERS
        or (
            line[place - 1] in _QUOTES
            and (place == 1 or line[place - 2].isspace() or line[place - 2] in _OPENERS)
        )
    ):
        place -= 1
    return place


def _continues(text: str, before: Offsets, start: int) -> bool:
    """Whether what spaCy took for a sentence end is none, so that the next piece goes on."""
    left = text[max(before[0], before[1] - 16) : before[1]]
    follows = text[start]
    if left[-1] in ",;" or _NEVER.search(left) or _ITEM.fullmatch(text, *before):
        return True
    if follows.isdigit() and _BEFORE_NUMBER.search(left):
        return True
    return follows.islower() and bool(_BEFORE_LOWER.search(left))


def _spacy_starts(line: str, language: str) -> list[int]:
    # spaCy remembers every word it has seen, which makes the tokenizer quick and grows without
    # end; so a pipeline that knows very many is replaced. Its tables are not made for threads.
    with _lock:
        pipeline = _pipeline(language)
        document = pipeline.tokenizer(line)
        for _, component in pipeline.pipeline:
            document = component(document)
        if len(pipeline.vocab) > MOST_WORDS:
            _pipeline.cache_clear()
        return [sentence.start_char for sentence in document.sents]


@lru_cache(maxsize=16)
def _pipeline(language: str) -> Any:
    import spacy

    try:
        pipeline = spacy.blank(language)
    except ImportError:
        # E048 for languages that spaCy does not know (sw), or a missing segmenter (ja, th, vi)
        pipeline = spacy.blank("xx")
    pipeline.add_pipe("sentencizer")
    return pipeline
