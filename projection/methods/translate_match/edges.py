"""A match without what its span does not have."""

from __future__ import annotations

from spanferry.data.records import Offsets, Span
from spanferry.projection.base import ProjectionInput
from spanferry.projection.edges import trim
from spanferry.projection.lexicon import edge_marks, is_stop


def tidy(item: ProjectionInput, span: Span, start: int, end: int) -> Offsets:
    """The place of a match, without marks and elided articles that the span lacks."""
    covered, text, marks = item.text[span.start : span.end], item.translation, edge_marks()
    if not covered.strip("".join(marks)):
        return start, end  # nothing but marks: those that were found, and no others
    # phrases are looked for without marks at their edges; those beside a match are `trim`'s to
    # judge, as many as the span has there, one at least for brackets that are open inside
    for _ in range(max(1, len(covered) - len(covered.lstrip("".join(marks))))):
        start -= start > 0 and text[start - 1] in marks
    for _ in range(max(1, len(covered) - len(covered.rstrip("".join(marks))))):
        end += end < len(text) and text[end] in marks
    first_word = next(
        (word for word in item.source_words if word[0] < span.end and span.start < word[1]), None
    )
    opens = first_word is not None and is_stop(item.text, *first_word, item.language)
    return trim(
        item.translation,
        start,
        end,
        covered=covered,
        opens_with_stop=opens,
        language=item.target_language,
    )
