"""Counts of what became of records and spans; they add up, and they are checked."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from spanferry.data.errors import AccountingError
from spanferry.data.publish.nested import column, count, explode, member
from spanferry.data.schema import MISSING_SPAN, PROJECTED_SPAN, SPAN, USAGE

Counts = Mapping[str, int]
#: Reason of the spans of records that were rejected before projection saw them.
NOT_PROJECTED = "not_projected"


@dataclass(frozen=True, slots=True)
class SplitCounts:
    """What became of the records and spans of a shard, a split or a language.

    Args:
        read: records.
        published: records without a rejection.
        rejected: records by stage and reason.
        source_spans: spans of all records by label.
        projected_spans: those that projection placed, by label.
        published_spans: those of them that stand in published records, by label.
        missing_spans: those that it could not place, by reason.
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
            _add(self.tokens, other.tokens),
        )

    @property
    def rejected_total(self) -> int:
        """Records that are not published."""
        return sum(sum(reasons.values()) for reasons in self.rejected.values())

    def check(self, where: str = "") -> None:
        """Raise AccountingError unless every record and every span is accounted for."""
        place = f"{where}: " if where else ""
        if self.read != self.published + self.rejected_total:
            raise AccountingError(
                f"{place}{self.read} records read, but {self.published} published "
                f"and {self.rejected_total} rejected"
            )
        source, placed, lost = map(
            _total, (self.source_spans, self.projected_spans, self.missing_spans)
        )
        if source != placed + lost:
            raise AccountingError(
                f"{place}{source} source spans, but {placed} projected and {lost} missing"
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
        """Raise AccountingError unless every record and every span is accounted for."""
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
        AccountingError: a rejection without stage or reason, or a record whose source spans are
            not just its projected and its missing ones.
    """
    kept = pc.is_null(table["rejection"])
    source = explode(column(table, "spans", pa.list_(SPAN)))
    placed = column(table, "projected", pa.list_(PROJECTED_SPAN))
    lost = column(table, "missing", pa.list_(MISSING_SPAN))
    projected, missing = explode(placed), explode(lost)

    reached = pc.or_(pc.is_valid(placed), pc.is_valid(lost)).to_numpy()
    odd = reached & (source.lengths != projected.lengths + missing.lengths)
    if odd.any():
        at = int(np.flatnonzero(odd)[0])
        raise AccountingError(
            f"record {table['id'][at].as_py()!r}: {source.lengths[at]} source spans, but "
            f"{projected.lengths[at]} projected and {missing.lengths[at]} missing"
        )
    labels = member(projected.values, "label")
    published = pa.array(kept.to_numpy()[projected.parents()])
    counts = SplitCounts(
        read=table.num_rows,
        published=pc.sum(kept).as_py() or 0,
        rejected=_count_rejected(table["rejection"].filter(pc.invert(kept))),
        source_spans=count(member(source.values, "label")),
        projected_spans=count(labels),
        published_spans=count(labels.filter(published)),
        missing_spans=_add(
            count(member(missing.values, "reason")),
            {NOT_PROJECTED: int(source.lengths[~reached].sum())},
        ),
        tokens=_count_tokens(column(table, "translation_usage", USAGE)),
    )
    counts.check()
    return counts


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
