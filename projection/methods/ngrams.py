"""Candidates of a span without any training: runs of target words near its aligned place.

The alignment method gives the likeliest segments with their log-probabilities; all other runs of
like length whose middle lies near the likeliest one come in addition, with an estimate. A span
without links gets runs of like length anywhere in what translates its sentence, those nearest to
its own relative position first.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from spanferry.data.records import Offsets, Span
from spanferry.projection.alignment import AlignmentProjection
from spanferry.projection.base import ProjectionInput
from spanferry.projection.candidates import Part
from spanferry.projection.characters import range_of, widened, without_blanks
from spanferry.projection.combine import combined
from spanferry.projection.joint import log_probabilities
from spanferry.projection.lexicon import is_mark
from spanferry.projection.methods.proposals import Query
from spanferry.projection.segments import Pairs, Stretches
from spanferry.projection.sides import Array

#: Words by which a run may be longer than its span.
LONGER = 3
#: What a word of difference at an edge takes from the log-probability of the most like candidate
#: of the alignment, for a run that is none of these.
EDGE_COST = 2.5
#: Spans without links get so many times as many candidates, as nothing says where they go.
UNLINKED = 4
#: The log-probability where nothing is known.
NO_WORD = -30.0
#: Of spans without links: what a word of difference in length takes.
LENGTH_COST = 0.7


@dataclass(frozen=True, slots=True)
class Candidate:
    """A range of the translation.

    Args:
        start, end: its characters, without marks and articles that the span does not have; whole
            words where words are labelled.
        text: these characters; where words are labelled, without marks at the edges.
        log: its log-probability by the alignment, an estimate where that does not know it.
    """

    start: int
    end: int
    text: str
    log: float


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What the alignment says of where a query's span goes.

    Args:
        item: its input.
        span: its span, of one range.
        words: the source words that it covers.
        pairs: first and last target words of runs that it may get, [runs, 2].
        logs: their log-probabilities, [runs].
        linked: whether the span has links; otherwise the runs are those of its relative position.
        closed: target words that it must not get.
    """

    item: ProjectionInput
    span: Span
    words: Sequence[int]
    pairs: Pairs
    logs: Array
    linked: bool
    closed: set[int]

    def candidates(self, most: int, reach: int) -> list[Candidate]:
        """See `near`."""
        pairs, logs = self.pairs, self.logs
        if self.linked and reach:
            pairs, logs = self._enlarged(reach)
        if not self.linked:
            most *= UNLINKED
        marks = _is_marks(self.item.text[self.span.start : self.span.end])
        kept: dict[Offsets, Candidate] = {}
        for k in np.argsort(-logs, kind="stable").tolist():
            first, last = (int(word) for word in pairs[k])
            start, end = range_of(self.item, self.span, self.words, first, last)
            one = self.candidate(start, end, float(logs[k]))
            if (one.start, one.end) not in kept and (marks or not _is_marks(one.text)):
                kept[one.start, one.end] = one
                if len(kept) == most:
                    break
        return list(kept.values())

    def candidate(self, start: int, end: int, log: float | None = None) -> Candidate:
        """Characters as a candidate.

        Args:
            log: its log-probability; looked for among the runs if None.
        """
        text, words = self.item.translation, self.item.target_words
        start, end = without_blanks(text, (start, end))
        own = text[start:end]
        if log is None:
            hit = [k for k, (a, b) in enumerate(words) if a < end and start < b]
            log = float(self.logs_of(np.array([[hit[0], hit[-1]]]))[0]) if hit else NO_WORD
        if self.item.token_labelled:
            start, end = without_blanks(text, widened(text, (start, end), words))
        return Candidate(start, end, own, log)

    def logs_of(self, pairs: Pairs) -> Array:
        """The log-probabilities of runs, [runs]: estimates for those that are not known."""
        if not len(self.logs):
            return np.full(len(pairs), NO_WORD)
        apart = np.abs(pairs[:, None, :] - self.pairs[None]).sum(axis=2)
        found: Array = (self.logs[None] - EDGE_COST * apart).max(axis=1)
        return found

    def _enlarged(self, reach: int) -> tuple[Pairs, Array]:
        """The runs with those around the likeliest."""
        best = self.pairs[int(np.argmax(self.logs))]
        middle = int(best.sum())  # twice the middle, as all sums of first and last words are
        known = {(int(a), int(b)) for a, b in self.pairs}
        lengths = range(1, max(1, len(self.words)) + LONGER + 1)
        # only around there, so that the time does not grow with the text
        low = max(0, (middle - 2 * reach) // 2 - lengths[-1])
        high = min(len(self.item.target_words), (middle + 2 * reach) // 2 + lengths[-1] + 1)
        extra = [
            (first, last)
            for first, last in _runs(lengths, low, high, self.closed)
            if abs(first + last - middle) <= 2 * reach and (first, last) not in known
        ]
        if not extra:
            return self.pairs, self.logs
        more = np.array(extra, np.int64)
        return (
            np.concatenate([self.pairs, more]),
            np.concatenate([self.logs, self.logs_of(more)]),
        )


def near(
    queries: Sequence[Query], alignment: AlignmentProjection, *, most: int = 8, reach: int = 3
) -> list[list[Candidate]]:
    """The candidates of each query, the likeliest first; none where the translation has no words.

    Args:
        queries: of one batch, so that a record's number names its input.
        alignment: the alignment method; best one that keeps doubtful spans (`min_confidence` 0).
        most: candidates of a query; `UNLINKED` times as many for a span without links.
        reach: how far the middle of a run may lie from that of the likeliest segment, in words;
            0: the segments of the alignment alone.
    """
    return [one.candidates(most, reach) for one in surroundings(queries, alignment)]


def surroundings(
    queries: Sequence[Query], alignment: AlignmentProjection
) -> Iterator[Surroundings]:
    """What the alignment says of each query; see `near`."""
    items = {query.record: combined(query.item) for query in queries}
    found: dict[tuple[int, str, int, int], Part] = {}
    for record, groups in zip(items, alignment.place(list(items.values())), strict=True):
        for part in (part for group in groups for part in group):
            found[record, part.span.id, part.span.start, part.span.end] = part
    stretches = {k: Stretches(one.segments, one.target_words) for k, one in items.items()}
    for query in queries:
        span, item = query.span, items[query.record]
        part = found[query.record, span.id, span.start, span.end]
        closed = stretches[query.record].closed(span, 0, len(item.target_words))
        linked = len(part.logs) > 0
        pairs, logs = part.pairs, part.logs
        if not linked:
            pairs, logs = _anywhere(item, span, max(1, len(part.words)), closed)
        yield Surroundings(item, span, part.words, pairs, logs, linked, closed)


def _is_marks(text: str) -> bool:
    """Whether a text has nothing but punctuation marks and white space."""
    return all(is_mark(part) for part in text.split())


def _anywhere(
    item: ProjectionInput, span: Span, words: int, closed: set[int]
) -> tuple[Pairs, Array]:
    """Runs of like length in what translates the span's sentence."""
    size = len(item.target_words)
    lengths = range(max(1, words - 2), words + LONGER + 1)
    runs = np.array(list(_runs(lengths, 0, size, closed)), np.int64).reshape(-1, 2)
    if not len(runs):
        return runs, np.zeros(0)
    open_words = [k for k in range(size) if k not in closed]
    first, last = item.target_words[open_words[0]][0], item.target_words[open_words[-1]][1]
    begin, end = _sentence(item, span)
    share = ((span.start + span.end) / 2 - begin) / max(1, end - begin)
    middles = np.array([(item.target_words[a][0] + item.target_words[b][1]) / 2 for a, b in runs])
    off = np.abs(middles - first - share * (last - first)) / max(1, last - first)
    longer = np.abs(runs[:, 1] - runs[:, 0] + 1 - words)
    return runs, log_probabilities(-off * len(open_words) / 2 - LENGTH_COST * longer)


def _sentence(item: ProjectionInput, span: Span) -> Offsets:
    """The source characters of the stretches that a span is in, or all of them."""
    own = [(a, b) for a, b, _, _ in item.segments if a < span.end and span.start < b]
    return (min(a for a, _ in own), max(b for _, b in own)) if own else (0, len(item.text))


def _runs(lengths: range, low: int, high: int, closed: set[int]) -> Iterator[tuple[int, int]]:
    """First and last words of all runs of these lengths that no closed word is in.

    They lie between the words `low` and `high` (exclusive).
    """
    free = 0  # how many open words end at this one
    for last in range(low, high):
        free = 0 if last in closed else free + 1
        for length in lengths:
            if length > free:
                break
            yield last - length + 1, last
