"""The projection method `alignment`: source spans to target spans by word links.

What it does is written in `rules.py`, rule by rule. It works on hard links (score 1) and on soft
ones (any score) alike; word vectors help where there are some.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from spanferry.data.backends import BackendInfo
from spanferry.data.records import MissingSpan, ProjectedSpan, Span
from spanferry.projection.base import Projection, ProjectionInput
from spanferry.projection.candidates import Part
from spanferry.projection.characters import merged, range_of
from spanferry.projection.closer import compare_phrases, in_doubt
from spanferry.projection.combine import combined
from spanferry.projection.confidence import inputs, probability
from spanferry.projection.drafts import Draft, Reader
from spanferry.projection.far_words import far_places
from spanferry.projection.joint import Choices, apart, decide, log_probabilities
from spanferry.projection.lexicon import edge_marks
from spanferry.projection.likeness import BATCH, Likeness, WordTable, word_tables
from spanferry.projection.pieces import LOST_FRAGMENT, is_unchanged, pieces, placed_at, unchanged
from spanferry.projection.placed import keep_apart
from spanferry.projection.ranking import Links, Ranking, ranked, ranking, weights_digest
from spanferry.projection.rules import AlignmentSettings

__all__ = ["AlignmentProjection", "AlignmentSettings"]

#: Part of `info.revision`, as the weights are: raise it with every other change that changes spans.
ALGORITHM = "2"


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
        revision = f"{ALGORITHM}/{self._links}/{weights_digest(self._links)}"
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

        Those that are `placed` stay as they are and are left out of the result.

        The projected span has the id, label and attributes of its source span. Its score is the
        probability that it is exactly right, calibrated on gold.
        """
        items = [combined(item) for item in items]
        found = zip(items, self.place(items), strict=True)
        return [
            unchanged(item, "alignment") if is_unchanged(item) else self._finished(item, parts)
            for item, parts in found
        ]

    def place(self, items: Sequence[ProjectionInput]) -> Iterator[list[list[Part]]]:
        """The fragments of all spans of each input with their candidates, and the chosen ones."""
        for start in range(0, len(items), BATCH):
            batch = items[start : start + BATCH]
            parts = self.candidates(batch)
            self._look_closer(batch, parts)
            for item, groups in zip(batch, parts, strict=True):
                if item.placed and groups:
                    keep_apart(item, groups)
                _decide(groups)
                # what has no place must not keep others from theirs
                while doubtful := [group for group in groups if self._is_doubtful(group)]:
                    for part in (part for group in doubtful for part in group):
                        part.pairs, part.logs = part.pairs[:0], part.logs[:0]
                        part.reason, part.chosen = "doubtful", None
                    _decide(groups)
                yield groups

    def _score(self, parts: Sequence[Part]) -> float:
        """The confidence of a span: the product of those of its fragments."""
        score = 1.0
        for part in parts:
            if part.chosen is None:
                score *= LOST_FRAGMENT
                continue
            model = self._model(with_vectors="phrase" in part.columns)
            values = inputs(float(part.logs[part.chosen]), part.columns, part.chosen)
            score *= probability(model.confidence, values)
        return score

    def _is_doubtful(self, parts: Sequence[Part]) -> bool:
        """Whether a span was placed where it hardly belongs."""
        if not self.settings.min_confidence or all(part.chosen is None for part in parts):
            return False
        return self._score(parts) < self.settings.min_confidence

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
        placed = {span.source_span for span in item.placed}
        for span, group in zip(item.spans, parts, strict=True):
            if span.id in placed:
                continue
            if all(part.chosen is None for part in group):
                missing.append(MissingSpan(span.id, _reason(group)))
                continue
            spans.append(self._projected(item, span, group))
        return Projection(tuple(spans), tuple(missing))

    def candidates(self, batch: Sequence[ProjectionInput]) -> list[list[list[Part]]]:
        """The fragments of each span of each input with their candidates; none chosen yet.

        Args:
            batch: not more than `BATCH` inputs.
        """
        drafts: list[Draft] = []
        both: dict[int, tuple[Part, list[Part]]] = {}
        parts: list[list[list[Part]]] = []
        for item, tables in zip(batch, self._tables(batch), strict=True):
            if is_unchanged(item):
                parts.append([])
                continue
            reader = Reader(item, self.settings, tables[0], drafts)
            found = [[reader.part(one) for one in pieces(span)] for span in item.spans]
            parts.append(found)
            for other, table in zip(item.others, tables[1:], strict=True):
                own = Reader(other, self.settings, table, drafts)
                by_id = {span.id: span for span in other.spans}
                for span, group in zip(item.spans, found, strict=True):
                    same = by_id.get(span.id)
                    if same is not None and len(same.ranges()) == len(group):
                        for part, piece in zip(group, pieces(same), strict=True):
                            both.setdefault(id(part), (part, []))[1].append(own.part(piece))
        self._rank(drafts)
        for part, theirs in both.values():
            _merge(part, theirs)
        return parts

    def _rank(self, drafts: Sequence[Draft]) -> None:
        """Give the parts their likeliest candidates."""
        for with_vectors in (False, True):
            some = [d for d in drafts if (d.view.sentence.likeness is not None) == with_vectors]
            if not some:
                continue
            model = self._model(with_vectors=with_vectors)
            found = ranked([d.view for d in some], [d.pairs for d in some], model)
            for draft, (pairs, columns, scores) in zip(some, found, strict=True):
                draft.part.pairs, draft.part.columns = pairs, columns
                draft.part.logs = log_probabilities(scores)

    def _projected(self, item: ProjectionInput, span: Span, parts: Sequence[Part]) -> ProjectedSpan:
        ranges = []
        for part in parts:
            if part.chosen is None:
                continue
            first, last = (int(word) for word in part.pairs[part.chosen])
            ranges.append(range_of(item, part.span, part.words, first, last))
            ranges += [range_of(item, part.span, part.words, *run) for run in part.far]
        together = merged(item.translation, sorted(ranges))
        return placed_at(span, together, self._score(parts), "alignment")


def _decide(groups: Sequence[Sequence[Part]]) -> None:
    """Choose a candidate for each part of a record."""
    flat = [part for group in groups for part in group]
    choices = [Choices(part.span, part.pairs, part.logs) for part in flat]
    for part, chosen in zip(flat, decide(choices), strict=True):
        part.chosen = chosen


def _merge(part: Part, others: Sequence[Part]) -> None:
    """Multiply the probabilities of all; what one of them does not know is its least likely.

    The candidates are the part's own; where it has none, those of the surest of the others.
    """
    known = [other for other in others if len(other.logs)]
    if not len(part.logs) and known:
        surest = min(known, key=lambda other: (-float(other.logs.max()), other.pairs.tolist()))
        part.pairs, part.logs, part.columns = surest.pairs, surest.logs, surest.columns
        part.reason = "claimed"
        known.remove(surest)
    total = part.logs
    for other in known:
        theirs = dict(zip(map(tuple, other.pairs.tolist()), other.logs.tolist(), strict=True))
        least = float(other.logs.min())
        total = total + [theirs.get(tuple(pair), least) for pair in part.pairs.tolist()]
    if known:
        part.logs = log_probabilities(total)


def _reason(group: Sequence[Part]) -> str:
    """Why none of a span's parts has a place; a key of `rules.REASONS`."""
    reasons = {part.reason for part in group}
    order = ("doubtful", "claimed", "outside_segment", "weak_links", "no_links", "no_words")
    return next(reason for reason in order if reason in reasons)
