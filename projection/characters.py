"""Rule 7: from target words to the characters of a span."""

from __future__ import annotations

import re
from collections.abc import Sequence

from spanferry.data.records import Offsets, Span
from spanferry.projection.base import ProjectionInput
from spanferry.projection.edges import trim, without_suffix
from spanferry.projection.lexicon import is_stop
from spanferry.projection.word_parts import narrow

#: Letters and digits on both sides of hyphens.
_JOINED_WORDS = re.compile(r"\w+(?:[-‐‑]\w+)+")
#: Characters on each side of a word that are searched for what is joined to it.
LONGEST_JOINED = 40


def range_of(
    item: ProjectionInput, span: Span, words: Sequence[int], first: int, last: int
) -> Offsets:
    """The characters of target words `first` to `last`, without what the span does not have.

    Args:
        span: the source span, of one range.
        words: the source words that it covers; none where only `others` have words for it.
    """
    found = trim(
        item.translation,
        item.target_words[first][0],
        item.target_words[last][1],
        covered=item.text[span.start : span.end],
        opens_with_stop=bool(words)
        and is_stop(item.text, *item.source_words[words[0]], item.language),
        language=item.target_language,
        first_end=item.target_words[first][1],
    )
    if item.token_labelled:
        return found
    found = without_suffix(
        item.translation,
        *found,
        covered=item.text[span.start : span.end],
        language=item.target_language,
    )
    if not words:
        return found
    return narrow(
        item.translation,
        *found,
        [item.target_words[first], item.target_words[last]],
        source=item.text,
        covered=(span.start, span.end),
        source_words=[
            written_word(item.text, item.source_words[words[0]]),
            written_word(item.text, item.source_words[words[-1]]),
        ],
    )


def written_word(text: str, word: Offsets) -> Offsets:
    """A word with what is joined to it by hyphens, which tokenizers may have cut it from.

    >>> written_word("a post-war house", (7, 10))
    (2, 10)
    """
    for found in _JOINED_WORDS.finditer(
        text, max(0, word[0] - LONGEST_JOINED), word[1] + LONGEST_JOINED
    ):
        if found.start() <= word[0] and word[1] <= found.end():
            return found.span()
    return word


def merged(text: str, ranges: Sequence[Offsets]) -> list[Offsets]:
    """Ranges in text order; those with only white space between them become one."""
    together: list[Offsets] = []
    for start, end in ranges:
        if together and not text[together[-1][1] : start].strip():
            together[-1] = (together[-1][0], max(end, together[-1][1]))
        else:
            together.append((start, end))
    return together


def widened(text: str, part: Offsets, words: Sequence[Offsets]) -> Offsets:
    """A range without parts of words: a word that it cuts is taken in.

    >>> widened("co-op shops.", (3, 11), [(0, 5), (6, 12)])
    (0, 11)
    """
    start, end = part
    for first, last in words:
        if first < start < last and any(char.isalnum() for char in text[first:start]):
            start = first
        if first < end < last and any(char.isalnum() for char in text[end:last]):
            end = last
    return start, end


def without_blanks(text: str, part: Offsets) -> Offsets:
    """A range without white space at its edges; all of it if it has nothing else."""
    start, end = part
    covered = text[start:end]
    if not covered.strip():
        return part
    return end - len(covered.lstrip()), start + len(covered.rstrip())
