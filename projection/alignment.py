"""The projection method `alignment`: source spans to target spans by word links.

What it does is written in `rules.py`, rule by rule. It works on hard links (score 1) and on soft
ones (any score) alike, and needs no model.
"""

from __future__ import annotations

from collections.abc import Sequence

from spanferry.data.backends import BackendInfo
from spanferry.data.records import MissingSpan, Offsets, ProjectedSpan, Span
from spanferry.projection.base import Projection, ProjectionInput
from spanferry.projection.clauses import share_edges
from spanferry.projection.edges import trim
from spanferry.projection.evidence import Evidence
from spanferry.projection.lexicon import edge_marks
from spanferry.projection.pair import Words, inside_words, read_links, read_words
from spanferry.projection.placement import Candidate, place_all, take
from spanferry.projection.rules import AlignmentSettings

__all__ = ["AlignmentProjection", "AlignmentSettings"]

#: Part of `info.revision`: raise it with every change that changes spans.
ALGORITHM = "1"


class AlignmentProjection:
    """Word links, hard or soft, to spans; the rules are in `rules.py`, no model is needed.

    Pure, so that threads may share it.
    """

    Settings = AlignmentSettings

    def __init__(self, settings: AlignmentSettings | None = None) -> None:
        self.settings = settings or AlignmentSettings()

    @property
    def info(self) -> BackendInfo:
        return BackendInfo(
            name="alignment", revision=ALGORITHM, licence="Apache-2.0", source="spanferry"
        )

    def setup(self) -> None:
        """Load spaCy's word lists, which takes a second."""
        edge_marks()

    def project(self, items: Sequence[ProjectionInput]) -> list[Projection]:
        """One projection an input, in the same order; spans in the order of the source spans.

        The projected span has the id, label and attributes of its source span. Its score is the
        harmonic mean of two shares: of the link mass in the target words that comes from the
        span, and of the span's words (stop words and marks count little) that are linked into it.
        """
        return [self._project(item) for item in items]

    def _project(self, item: ProjectionInput) -> Projection:
        source = read_words(item.text, item.source_words, item.language)
        target = read_words(item.translation, item.target_words, item.target_language)
        links = read_links(item, source, target, self.settings)
        evidence = Evidence(links, source, target, self.settings)
        parts = [
            [
                self._candidate(item, Span(start, end, span.label), evidence, source, target)
                for start, end in span.ranges()
            ]
            for span in item.spans
        ]
        flat = [part for group in parts for part in group]
        place_all(flat, self.settings.min_mass)
        for part in flat:
            if part.place and len(part.words) >= self.settings.clause_words:
                slack = self.settings.clause_slack
                take(part, share_edges(part, part.place, item, source, target, slack), flat)
        spans, missing = [], []
        for span, group in zip(item.spans, parts, strict=True):
            if any(part.place for part in group):
                spans.append(self._projected(item, span, group, evidence, source, target))
            else:
                reason = _reason(group, item, self.settings.min_mass)
                missing.append(MissingSpan(span.id, reason))
        return Projection(tuple(spans), tuple(missing))

    def _candidate(
        self,
        item: ProjectionInput,
        part: Span,
        evidence: Evidence,
        source: Words,
        target: Words,
    ) -> Candidate:
        words = inside_words(source, part)
        inside = evidence.inside(words)
        closed = outside_segments(item, part, target)
        return Candidate(part, words, inside, evidence.values(inside), closed)

    def _projected(
        self,
        item: ProjectionInput,
        span: Span,
        parts: Sequence[Candidate],
        evidence: Evidence,
        source: Words,
        target: Words,
    ) -> ProjectedSpan:
        ranges = []
        for part in parts:
            if part.place is None:
                continue
            first, last = part.place.first, part.place.last
            ranges.append(
                trim(
                    item.translation,
                    target.ranges[first][0],
                    target.ranges[last][1],
                    covered=item.text[part.span.start : part.span.end],
                    opens_with_stop=source.stop[part.words[0]],
                    language=item.target_language,
                )
            )
        merged = _merged(item.translation, sorted(ranges))
        return ProjectedSpan(
            merged[0][0],
            merged[-1][1],
            span.label,
            id=span.id,
            attributes=span.attributes,
            fragments=tuple(merged) if len(merged) > 1 else (),
            score=evidence.confidence(
                [word for part in parts for word in part.words],
                [word for part in parts if part.place for word in part.place.words()],
            ),
            method="alignment",
            source_span=span.id,
        )


def outside_segments(item: ProjectionInput, span: Span, target: Words) -> set[int]:
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
        for place, (start, end) in enumerate(target.ranges)
        if not any(start < last and end > first for first, last in allowed)
    }


def _reason(group: Sequence[Candidate], item: ProjectionInput, min_mass: float) -> str:
    """Why none of a span's parts has a place; a key of `rules.REASONS`."""
    if not item.target_words or not any(part.words for part in group):
        return "no_words"
    if not any(part.inside for part in group):
        return "no_links"
    if all(sum(part.inside.values()) < min_mass for part in group):
        return "weak_links"
    if all(part.inside.keys() <= part.foreign for part in group):
        return "outside_segment"
    return "claimed"


def _merged(text: str, ranges: Sequence[Offsets]) -> list[Offsets]:
    """Ranges with only white space between them become one."""
    merged: list[Offsets] = []
    for start, end in ranges:
        if merged and not text[merged[-1][1] : start].strip():
            merged[-1] = (merged[-1][0], end)
        else:
            merged.append((start, end))
    return merged
