"""The translation of a span in context, from translations of stretches around it.

A translator takes plain text and gives plain text. The span with the words before it, and the span
with the words after it, have nothing in common but the span; so what their translations have in
common is its translation, in the form that its neighbours ask for.
"""

from __future__ import annotations

from collections.abc import Sequence

from spanferry.data.records import Span
from spanferry.projection.base import ProjectionInput
from spanferry.projection.lexicon import is_mark
from spanferry.projection.methods.translate_match.folding import fold
from spanferry.projection.methods.translate_match.nearness import stretch_of
from spanferry.projection.methods.translate_match.words import has_blanks, words_of
from spanferry.projection.word_kinds import word_kind


def contexts(item: ProjectionInput, span: Span, words: int) -> tuple[str, str]:
    """The span with words before it, and with words after it; of the same clause.

    Where there are none on a side it is the span alone.
    """
    begin, end = stretch_of(item, span)[0]
    before = [w for w in item.source_words if begin <= w[0] and w[1] <= span.start]
    after = [w for w in item.source_words if span.end <= w[0] and w[1] <= end]
    start, stop = span.start, span.end
    for word in reversed(before[-words:]):
        kind = word_kind(item.text[slice(*word)], item.language)
        if kind.mark or kind.ends or "\n" in item.text[word[0] : start]:
            break
        start = word[0]
        if kind.begins:
            break
    if not _is_closed(item, span):
        for word in after[:words]:
            kind = word_kind(item.text[slice(*word)], item.language)
            if kind.mark or kind.begins or "\n" in item.text[stop : word[1]]:
                break
            stop = word[1]
            if kind.ends:
                break
    return item.text[start : span.end], item.text[span.start : stop]


def _is_closed(item: ProjectionInput, span: Span) -> bool:
    """Whether a mark stands behind the span in its last word (`sushi,`)."""
    return any(
        first < span.end < last and is_mark(item.text[span.end : last])
        for first, last in item.source_words
    )


def common_phrases(
    item: ProjectionInput, covered: str, before: Sequence[str], after: Sequence[str]
) -> list[str]:
    """What translations of the two contexts have in common, each once, the likeliest first.

    What has fewer content words than the span is left out, where both scripts have blanks: the
    translator chose other words for the rest.

    Args:
        covered: the span's text.
        before, after: translations of the span with the words before and after it, best first.
    """
    order = sorted((i + j, i, j) for i in range(len(before)) for j in range(len(after)))
    language = item.target_language
    found = (in_common(before[i], after[j], language) for _, i, j in order)
    least = _content(covered, item.language)
    return [
        phrase
        for phrase in dict.fromkeys(found)
        if phrase
        and not (has_blanks(covered) and has_blanks(phrase) and _content(phrase, language) < least)
    ]


def in_common(one: str, other: str, language: str) -> str | None:
    """The run of words with the most letters that stands in both texts, as the first has it.

    Stop words count next to nothing; None where there is nothing else.

    >>> in_common("De la pizza buena", "pizza buena de la", "es")
    'pizza buena'
    """
    words = words_of(one, language)
    forms = [fold(one[word.start : word.end]).text for word in words]
    theirs = [fold(other[word.start : word.end]).text for word in words_of(other, language)]
    weights = [
        0.01 if word.stop else float(len(form)) for word, form in zip(words, forms, strict=True)
    ]
    best, chosen = 0.0, (0, 0)
    row = [0] * (len(theirs) + 1)
    for k, form in enumerate(forms):
        # how many words up to this one equal those up to each of the others
        row = [0] + [row[j] + 1 if form == their else 0 for j, their in enumerate(theirs)]
        length = max(row)
        weight = sum(weights[k + 1 - length : k + 1])
        if weight > best:
            best, chosen = weight, (k + 1 - length, k + 1)
    if best < 1:
        return None
    return one[words[chosen[0]].start : words[chosen[1] - 1].end]


def _content(text: str, language: str) -> int:
    return sum(not word.stop for word in words_of(text, language))
