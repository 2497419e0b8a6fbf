"""From inputs to spans with candidates, before these are ranked."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from spanferry.data.records import Span
from spanferry.projection.base import ProjectionInput
from spanferry.projection.candidates import Part
from spanferry.projection.likeness import WordTable
from spanferry.projection.pair import inside_words
from spanferry.projection.rules import AlignmentSettings
from spanferry.projection.segments import Pairs, Stretches, segments
from spanferry.projection.sentence import View, read_sentence, view_of

_NO_PAIRS = np.zeros((0, 2), np.int64)
_NO_LOGS = np.zeros(0)


@dataclass(frozen=True, slots=True)
class Draft:
    """A part with candidates that wait for their probabilities."""

    part: Part
    view: View
    pairs: Pairs


class Reader:
    """Finds the candidates of an input's spans.

    Args:
        table: word vectors, or None.
        drafts: where parts that have candidates are added.
    """

    def __init__(
        self,
        item: ProjectionInput,
        settings: AlignmentSettings,
        table: WordTable | None,
        drafts: list[Draft],
    ) -> None:
        self._item, self._settings, self._drafts = item, settings, drafts
        self._sentence = read_sentence(item, settings, table)
        self._stretches = Stretches(item.segments, item.target_words)

    def part(self, span: Span) -> Part:
        """A span of one range as a part; one without candidates has the reason why."""
        sentence = self._sentence
        words = inside_words(sentence.source.words, span)
        part = Part(span, sentence, words, _NO_PAIRS, _NO_LOGS, {})
        view = view_of(sentence, words, self._settings) if words else None
        if view is None:
            empty = not words or not self._item.target_words
            part.reason = "no_words" if empty else "no_links"
            return part
        closed = self._stretches.closed(span, view.low, view.high)
        pairs = segments(view, closed, self._settings.min_mass)
        if len(pairs):
            self._drafts.append(Draft(part, view, pairs))
        else:
            places = np.flatnonzero(view.inside) + view.low - 1
            out = closed.issuperset(places.tolist())
            part.reason = "outside_segment" if out else "weak_links"
        return part
