"""Counts of what became of records, spans and relations; they add up, and they are checked."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from spanferry.data.errors import AccountingError
from spanferry.data.publish.nested import column, count, explode, member
from spanferry.data.schema import (
    MISSING_RELATION,
    MISSING_SPAN,
    PROJECTED_SPAN,
    RELATION,
    SPAN,
    USAGE,
)

Counts = Mapping[str, int]
#: Reason of the spans and relations of records that were rejected before projection saw them.
NOT_PROJECTED = "not_projected"


@dataclass(frozen=True, slots=True)
class SplitCounts:
    """What became of the records, spans and relations of a shard, a split or a language.

    Args:
        read: records.
        published: records without a rejection.
        rejected: records by stage and reason.
        source_spans: spans of all records by label.
        projected_spans: those that projection placed, by label.
        published_spans: those of them that stand in published records, by label.
        missing_spans: those that it could not place, by reason.
        source_relations, projected_relations, published_relations: relations by label, likewise.
        missing_relations: those of which an end was not placed, by reason.
        tokens: what the translations cost at a server that counts (`prompt_tokens`,
            `completion_tokens`), those of rejected records and of failed attempts included.
    """

    read: int = 0
    published: int = 0
    rejected: Mapping[str, Counts] = field(default_factory=dict)
    source_spans: Counts = field(default_factory=dict)
    projected_spans: Counts = field(default_factory=dict)
    published_spans: Counts = field(default_factory=dict)
    missing_spans: Counts = field(default_factory=dict)
    source_relations: Counts = field(default_factory=dict)
    projected_relations: Counts = field(default_factory=dict)
    published_relations: Counts = field(default_factory=dict)
    missing_relations: Counts = field(default_factory=dict)
    tokens: Counts = field(default_factory=dict)

    def __add__(self, other: SplitCounts) -> SplitCounts:
        stages = sorted({*self.rejected, *other.rejected})
        return SplitCounts(
            self.read + other.read,
            self.published + other.published,
            {s: _add(self.rejected.get(s, {}), other.rejected.get(s, {})) for s in stages},
            _add(self.source_spans, other.source_spans),
            _add(self.projected_spans, other.projected_spans),
            _add(self.published_spans, other.published_spans),
            _add(self.missing_spans, other.missing_spans),
            _add(self.source_relations, other.source_relations),
            _add(self.projected_relations, other.projected_relations),
            _add(self.published_relations, other.published_relations),
            _add(self.missing_relations, other.missing_relations),
            _add(self.tokens, other.tokens),
        )

    @property
    def rejected_total(self) -> int:
        """Records that are not published."""
        return sum(sum(reasons.values()) for reasons in self.rejected.values())

    def check(self, where: str = "") -> None:
        """Raise AccountingError unless all records, spans and relations are accounted for."""
        place = f"{where}: " if where else ""
        if self.read != self.published + self.rejected_total:
            raise AccountingError(
                f"{place}{self.read} records read, but {self.published} published "
                f"and {self.rejected_total} rejected"
            )
        spans = (self.source_spans, self.projected_spans, self.missing_spans)
        relations = (self.source_relations, self.projected_relations, self.missing_relations)
        for what, counts in (("spans", spans), ("relations", relations)):
            source, placed, lost = map(_total, counts)
            if source != placed + lost:
                raise AccountingError(
                    f"{place}{source} source {what}, but {placed} projected and {lost} missing"
                )

    def to_json(self) -> dict[str, Any]:
        """The counts as JSON values."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> SplitCounts:
        """The inverse of `to_json`."""
        return cls(**data)


@dataclass(frozen=True, slots=True)
class PublishSummary:
    """The counts of a dataset by language and split, in the order of publication."""

    languages: Mapping[str, Mapping[str, SplitCounts]] = field(default_factory=dict)

    def of_language(self, language: str) -> SplitCounts:
        """The counts of all splits of a language."""
        return sum(self.languages[language].values(), SplitCounts())

    def total(self) -> SplitCounts:
        """The counts of all languages; a source record counts once a language."""
        return sum(map(self.of_language, self.languages), SplitCounts())

    def check(self) -> None:
        """Raise AccountingError unless all records, spans and relations are accounted for."""
        for language, splits in self.languages.items():
            for split, counts in splits.items():
                counts.check(f"{language}/{split}")

    def to_json(self) -> dict[str, Any]:
        """The counts as JSON values."""
        return {
            language: {split: counts.to_json() for split, counts in splits.items()}
            for language, splits in self.languages.items()
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> PublishSummary:
        """The inverse of `to_json`."""
        return cls(
            {
                language: {split: SplitCounts.from_json(each) for split, each in splits.items()}
                for language, splits in data.items()
            }
        )


def count_table(table: pa.Table) -> SplitCounts:
    """The counts of one filter-stage shard.

    Columns that are null, or not there, stand for stages that a record never reached.

    Raises:
        AccountingError: a rejection without stage or reason, or a record whose source spans (or
            relations) are not just its projected and its missing ones.
    """
    kept = pc.is_null(table["rejection"])
    placed = column(table, "projected", pa.list_(PROJECTED_SPAN))
    lost = column(table, "missing", pa.list_(MISSING_SPAN))
    reached = pc.or_(pc.is_valid(placed), pc.is_valid(lost)).to_numpy()
    spans = _fates(table, "spans", column(table, "spans", pa.list_(SPAN)), placed, lost, reached)
    relations = _fates(
        table,
        "relations",
        column(table, "relations", pa.list_(RELATION)),
        column(table, "projected_relations", pa.list_(RELATION)),
        column(table, "missing_relations", pa.list_(MISSING_RELATION)),
        reached,
    )
    counts = SplitCounts(
        read=table.num_rows,
        published=pc.sum(kept).as_py() or 0,
        rejected=_count_rejected(table["rejection"].filter(pc.invert(kept))),
        source_spans=spans.source,
        projected_spans=spans.projected,
        published_spans=spans.published,
        missing_spans=spans.missing,
        source_relations=relations.source,
        projected_relations=relations.projected,
        published_relations=relations.published,
        missing_relations=relations.missing,
        tokens=_count_tokens(column(table, "translation_usage", USAGE)),
    )
    counts.check()
    return counts


class _Fates(NamedTuple):
    """What became of the spans or relations of a shard: by label, and the missing by reason."""

    source: Counts
    projected: Counts
    published: Counts
    missing: Counts


def _fates(
    table: pa.Table,
    what: str,
    found: pa.ChunkedArray,
    placed: pa.ChunkedArray,
    lost: pa.ChunkedArray,
    reached: npt.NDArray[np.bool_],
) -> _Fates:
    """Counts of three columns of lists: in the source, projected, missing.

    Args:
        reached: which records came to projection.
    """
    source, projected, missing = explode(found), explode(placed), explode(lost)
    odd = reached & (source.lengths != projected.lengths + missing.lengths)
    if odd.any():
        at = int(np.flatnonzero(odd)[0])
        raise AccountingError(
            f"record {table['id'][at].as_py()!r}: {source.lengths[at]} source {what}, but "
            f"{projected.lengths[at]} projected and {missing.lengths[at]} missing"
        )
    labels = member(projected.values, "label")
    kept = pc.is_null(table["rejection"]).to_numpy()
    return _Fates(
        source=count(member(source.values, "label")),
        projected=count(labels),
        published=count(labels.filter(pa.array(kept[projected.parents()]))),
        missing=_add(
            count(member(missing.values, "reason")),
            {NOT_PROJECTED: int(source.lengths[~reached].sum())},
        ),
    )


def _count_rejected(rejections: pa.ChunkedArray) -> dict[str, Counts]:
    """Rejections by stage and reason, both sorted."""
    stages = member(rejections, "stage").to_pylist()
    reasons = member(rejections, "reason").to_pylist()
    counted = Counter(zip(stages, reasons, strict=True))
    found: dict[str, dict[str, int]] = {}
    for (stage, reason), number in counted.items():
        if not stage or not reason:
            raise AccountingError(f"a rejection lacks its stage or reason: {stage!r}, {reason!r}")
        found.setdefault(stage, {})[reason] = number
    return {stage: dict(sorted(found[stage].items())) for stage in sorted(found)}


def _count_tokens(usage: pa.ChunkedArray) -> dict[str, int]:
    """Sums of the members of `USAGE`, without those that are nought."""
    sums = {name.name: pc.sum(member(usage, name.name)).as_py() or 0 for name in USAGE}
    return {name: int(value) for name, value in sums.items() if value}


def _total(counts: Counts) -> int:
    return sum(counts.values())


def _add(one: Counts, other: Counts) -> dict[str, int]:
    """Sums by key, sorted, without those that are nought."""
    sums = {key: one.get(key, 0) + other.get(key, 0) for key in sorted({*one, *other})}
    return {key: value for key, value in sums.items() if value}
