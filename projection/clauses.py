"""Rule 6: a clause and its translation share the edges of their sentence.

Aligners leave out the small words that begin and end a clause (`El servicio`, `Tuve que`), and a
projection by links alone loses them.
"""

from __future__ import annotations

from spanferry.projection.base import ProjectionInput
from spanferry.projection.lexicon import edge_marks
from spanferry.projection.pair import Words
from spanferry.projection.placement import Candidate, Segment


def share_edges(
    part: Candidate,
    place: Segment,
    item: ProjectionInput,
    source: Words,
    target: Words,
    slack: float,
) -> Segment:
    """A placed clause widened to the boundary that it has in the source, if nothing stands between.

    A boundary is the start or end of the text, or punctuation. A word stands between if it is
    taken, out of the sentence, or linked to words outside the clause (its evidence is below
    minus `slack`).
    """
    first, last = place.first, place.last
    if _opens(item.text, source, part.words[0]):
        start = first
        while not _opens(item.translation, target, start) and _is_free(part, start - 1, slack):
            start -= 1
        if _opens(item.translation, target, start):
            first = start
    if _closes(item.text, source, part.words[-1]):
        end = last
        while not _closes(item.translation, target, end) and _is_free(part, end + 1, slack):
            end += 1
        if _closes(item.translation, target, end):
            last = end
    return Segment(first, last, place.value)


def _is_free(part: Candidate, word: int, slack: float) -> bool:
    return part.is_open(word, word) and part.values[word] >= -slack


def _opens(text: str, words: Words, place: int) -> bool:
    """Whether a word is the first of the text or of what follows punctuation."""
    return place == 0 or text[words.ranges[place - 1][1] - 1] in edge_marks()


def _closes(text: str, words: Words, place: int) -> bool:
    """Whether a word is the last of the text or of what comes before punctuation."""
    if place == len(words.ranges) - 1 or text[words.ranges[place][1] - 1] in edge_marks():
        return True
    return text[words.ranges[place + 1][0]] in edge_marks()
