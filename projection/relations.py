"""Relations of the source to relations of the translation, or to the reason why not."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from spanferry.data.records import ProjectedSpan, Relation

#: Why a relation is missing. The reason why its span is missing stands with the span.
REASONS: dict[str, str] = {
    "missing_head": "its head was not placed",
    "missing_tail": "its tail was not placed",
    "missing_head_and_tail": "neither of its ends was placed",
}


def project_relations(
    relations: Iterable[Relation], spans: Sequence[ProjectedSpan]
) -> tuple[list[Relation], list[tuple[Relation, str]]]:
    """A relation is kept when both of its spans were placed.

    Args:
        relations: of the source; ends are ids of source spans.
        spans: the projected spans of the record.

    Returns:
        Those that are kept, between ids of projected spans, and those that are not, between ids of
        source spans, each with its reason, a key of `REASONS`. Each source relation ends in
        exactly one of the two, in the order given.

    >>> spans = [ProjectedSpan(0, 3, "PER", "p0", source_span="s0")]
    >>> project_relations([Relation("s0", "s0", "same"), Relation("s0", "s1", "knows")], spans)[1]
    [(Relation(head='s0', tail='s1', label='knows'), 'missing_tail')]
    """
    ids = {span.source_span: span.id for span in spans}
    kept: list[Relation] = []
    missing: list[tuple[Relation, str]] = []
    for relation in relations:
        head, tail = ids.get(relation.head), ids.get(relation.tail)
        if head is not None and tail is not None:
            kept.append(Relation(head, tail, relation.label))
        elif head is not None:
            missing.append((relation, "missing_tail"))
        else:
            why = "missing_head" if tail is not None else "missing_head_and_tail"
            missing.append((relation, why))
    return kept, missing
