"""The projection method `alignment`: source spans to target spans by word links.

What it does is written in `rules.py`, rule by rule. It works on hard links (score 1) and on soft
ones (any score) alike; word vectors help where there are some.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

import numpy as np

from spanferry.data.backends import BackendInfo
from spanferry.data.records import MissingSpan, ProjectedSpan, Span
from spanferry.projection.base import Projection, ProjectionInput
from spanferry.projection.candidates import Part
from spanferry.projection.characters import merged, range_of, widened
from spanferry.projection.closer import compare_phrases, in_doubt
from spanferry.projection.combine import combined
from spanferry.projection.confidence import inputs, probability
from spanferry.projection.far_words import far_places
from spanferry.projection.joint import Choices, apart, decide, log_probabilities
from spanferry.projection.lexicon import edge_marks
from spanferry.projection.likeness import BATCH, Likeness, WordTable, word_tables
from spanferry.projection.pair import inside_words
from spanferry.projection.ranking import Links, Ranking, columns_of, ranking
from spanferry.projection.rules import AlignmentSettings
from spanferry.projection.segments import segments
from spanferry.projection.sentence import Sentence, read_sentence, view_of

__all__ = ["AlignmentProjection", "AlignmentSettings"]

#: Part of `info.revision`: raise it with every change that changes spans.
ALGORITHM = "2"
#: Score of a span whose text was not changed.
UNCHANGED = 1.0
#: Factor of a score for each fragment of a span that found no place.
LOST_FRAGMENT = 0.5


class AlignmentProjection:
    """Word links, hard or soft, to spans, by a ranking fitted on gold; confidences calibrated.

    Pure, so that threads may share it.

    Args:
        likeness: word vectors; None: links alone.
        links: whose links the inputs have; sets the weights where the settings leave them open.
        models: other rankings than those that are shipped, with word vectors and without.
    """

    Settings = AlignmentSettings

    def __init__(
        self,
        settings: AlignmentSettings | None = None,
        *,
        likeness: Likeness | None = None,
        links: Links = "any",
        models: Mapping[bool, Ranking] | None = None,
    ) -> None:
        self.settings = settings or AlignmentSettings()
        self._likeness = None if self.settings.likeness == "none" else likeness
        self._links: Links = links if self.settings.weights == "auto" else self.settings.weights
        self._models = models

    @property
    def info(self) -> BackendInfo:
        revision = f"{ALGORITHM}/{self._links}"
        if self._likeness is not None:
            revision += f"+{self._likeness.info.revision}"
        return BackendInfo(
            name="alignment", revision=revision, licence="Apache-2.0", source="spanferry"
        )

    def setup(self) -> None:
        """Load spaCy's word lists and the word vectors, which takes a second."""
        edge_marks()
        self._model(with_vectors=False)
        if self._likeness is not None:
            self._likeness.setup()

    def project(self, items: Sequence[ProjectionInput]) -> list[Projection]:
        """One projection an input, in the same order; spans in the order of the source spans.

        The projected span has the id, label and attributes of its source span. Its score is the
        probability that it is exactly right, calibrated on gold.
        """
        items = [combined(item) for item in items]
        found = zip(items, self.place(items), strict=True)
        return [
            _unchanged(item) if is_unchanged(item) else self._finished(item, parts)
            for item, parts in found
        ]

    def place(self, items: Sequence[ProjectionInput]) -> Iterator[list[list[Part]]]:
        """The fragments of all spans of each input with their candidates, and the chosen ones."""
        for start in range(0, len(items), BATCH):
            batch = items[start : start + BATCH]
            tables = self._tables(batch)
            parts = [self._parts(item, own) for item, own in zip(batch, tables, strict=True)]
            self._look_closer(batch, parts)
            for groups in parts:
                flat = [part for group in groups for part in group]
                choices = [Choices(part.span, part.pairs, part.logs) for part in flat]
                for part, chosen in zip(flat, decide(choices), strict=True):
                    part.chosen = chosen
                yield groups

    def _second_places(self, item: ProjectionInput, parts: Sequence[Sequence[Part]]) -> None:
        """Look for words that stand apart from where their span was put."""
        if item.token_labelled:
            return
        flat = [part for group in parts for part in group]
        places = [
            (part.span, range(part.pairs[part.chosen][0], part.pairs[part.chosen][1] + 1))
            for part in flat
            if part.chosen is not None
        ]
        for span, group in zip(item.spans, parts, strict=True):
            if span.fragments or self.settings.split_spans:
                taken = [place for other, place in places if apart(span, other)]
                for part in group:
                    part.far = far_places(part, part.sentence, taken)

    def _model(self, *, with_vectors: bool) -> Ranking:
        if self._models is not None:
            return self._models[with_vectors]
        return ranking(self._links, likeness=with_vectors)

    def _tables(self, batch: Sequence[ProjectionInput]) -> list[list[WordTable | None]]:
        """Word vectors of each input and of its `others`, None where there are none."""
        flat = [one for item in batch for one in (item, *item.others)]
        likeness = self._likeness
        known = [
            k
            for k, one in enumerate(flat)
            if likeness is not None and likeness.knows(one.language, one.target_language)
        ]
        found: list[WordTable | None] = [None] * len(flat)
        if likeness is not None and known:
            tables = word_tables([flat[k] for k in known], likeness)
            for k, table in zip(known, tables, strict=True):
                found[k] = table
        rest = iter(found)
        return [[next(rest) for _ in (item, *item.others)] for item in batch]

    def _look_closer(
        self, batch: Sequence[ProjectionInput], parts: Sequence[Sequence[Sequence[Part]]]
    ) -> None:
        """Compare whole phrases where the ranking is in doubt."""
        doubtful = [
            (part, item)
            for item, groups in zip(batch, parts, strict=True)
            for group in groups
            for part in group
            if "phrase" in part.columns and in_doubt(part)
        ]
        if doubtful and self._likeness is not None:
            weights = self._model(with_vectors=True).closer
            if weights:
                compare_phrases(doubtful, self._likeness, weights)

    def _finished(self, item: ProjectionInput, parts: Sequence[Sequence[Part]]) -> Projection:
        spans: list[ProjectedSpan] = []
        missing: list[MissingSpan] = []
        self._second_places(item, parts)
        for span, group in zip(item.spans, parts, strict=True):
            if all(part.chosen is None for part in group):
                missing.append(MissingSpan(span.id, _reason(group)))
                continue
            placed = self._projected(item, span, group)
            if placed.score < self.settings.min_confidence:
                missing.append(MissingSpan(span.id, "doubtful"))
            else:
                spans.append(placed)
        return Projection(tuple(spans), tuple(missing))

    def _parts(self, item: ProjectionInput, tables: Sequence[WordTable | None]) -> list[list[Part]]:
        """The fragments of each span with their candidates."""
        if is_unchanged(item):
            return []
        sentence = read_sentence(item, self.settings, tables[0])
        found = [
            [
                self._part(item, replace(span, start=start, end=end, fragments=()), sentence)
                for start, end in span.ranges()
            ]
            for span in item.spans
        ]
        for other, table in zip(item.others, tables[1:], strict=True):
            self._add(found, item, other, read_sentence(other, self.settings, table))
        return found

    def _add(
        self,
        found: Sequence[Sequence[Part]],
        item: ProjectionInput,
        other: ProjectionInput,
        sentence: Sentence,
    ) -> None:
        """Add what another source of the translation says of the spans that it knows."""
        by_id = {span.id: span for span in other.spans}
        for span, group in zip(item.spans, found, strict=True):
            same = by_id.get(span.id)
            if same is None or len(same.ranges()) != len(group):
                continue
            for part, (start, end) in zip(group, same.ranges(), strict=True):
                named = replace(same, start=start, end=end, fragments=())
                _merge(part, self._part(other, named, sentence))

    def _part(self, item: ProjectionInput, span: Span, sentence: Sentence) -> Part:
        words = inside_words(sentence.source.words, span)
        none = np.zeros((0, 2), np.int64)
        part = Part(span, sentence, words, none, np.zeros(0), {})
        view = view_of(sentence, words, self.settings) if words else None
        if view is None:
            empty = not words or not item.target_words
            part.reason = "no_words" if empty else "no_links"
            return part
        closed = outside_segments(item, span)
        pairs = segments(view, closed, self.settings.min_mass)
        if not len(pairs):
            places = np.flatnonzero(view.inside) + view.low - 1
            out = closed.issuperset(places.tolist())
            part.reason = "outside_segment" if out else "weak_links"
            return part
        part.pairs, part.columns = columns_of(view, pairs)
        model = self._model(with_vectors=sentence.likeness is not None)
        part.logs = log_probabilities(model.scores(part.columns))
        return part

    def _projected(self, item: ProjectionInput, span: Span, parts: Sequence[Part]) -> ProjectedSpan:
        ranges, score = [], 1.0
        for part in parts:
            if part.chosen is None:
                score *= LOST_FRAGMENT
                continue
            first, last = (int(word) for word in part.pairs[part.chosen])
            ranges.append(range_of(item, part.span, part.words, first, last))
            ranges += [range_of(item, part.span, part.words, *run) for run in part.far]
            model = self._model(with_vectors="phrase" in part.columns)
            values = inputs(float(part.logs[part.chosen]), part.columns, part.chosen)
            score *= probability(model.confidence, values)
        together = merged(item.translation, sorted(ranges))
        return ProjectedSpan(
            together[0][0],
            together[-1][1],
            span.label,
            id=span.id,
            attributes=span.attributes,
            fragments=tuple(together) if len(together) > 1 else (),
            score=score,
            method="alignment",
            source_span=span.id,
        )


def outside_segments(item: ProjectionInput, span: Span) -> set[int]:
    """Target words that a span must not take: those outside the translation of its sentences."""
    allowed = [
        (first, last)
        for start, end, first, last in item.segments
        if start < span.end and end > span.start
    ]
    if not allowed:
        return set()
    return {
        place
        for place, (start, end) in enumerate(item.target_words)
        if not any(start < last and end > first for first, last in allowed)
    }


def _merge(part: Part, other: Part) -> None:
    """Multiply the probabilities of both; what one of them does not know is its least likely."""
    if not len(other.logs):
        return
    if not len(part.logs):
        part.pairs, part.logs, part.columns = other.pairs, other.logs, other.columns
        return
    theirs = {tuple(pair): log for pair, log in zip(other.pairs.tolist(), other.logs, strict=True)}
    least = float(other.logs.min())
    added = np.array([theirs.get(tuple(pair), least) for pair in part.pairs.tolist()])
    part.logs = log_probabilities(part.logs + added)


def is_unchanged(item: ProjectionInput) -> bool:
    """Whether a text is its own translation."""
    return item.text == item.translation and not item.others


def _unchanged(item: ProjectionInput) -> Projection:
    """The spans of a text that is its own translation."""
    found = []
    for span in item.spans:
        ranges = span.ranges()
        if item.token_labelled:
            ranges = tuple(widened(item.text, part, item.source_words) for part in ranges)
        together = merged(item.text, ranges) if len(ranges) > 1 else list(ranges)
        found.append(
            ProjectedSpan(
                together[0][0], together[-1][1], span.label, span.id, span.attributes,
                tuple(together) if len(together) > 1 else (), UNCHANGED, "alignment", span.id,
            )
        )  # fmt: skip
    return Projection(tuple(found), ())


def _reason(group: Sequence[Part]) -> str:
    """Why none of a span's parts has a place; a key of `rules.REASONS`."""
    reasons = {part.reason for part in group}
    order = ("claimed", "outside_segment", "weak_links", "no_links", "no_words")
    return next(reason for reason in order if reason in reasons)
